import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Probe, readZip, type VerifierKey, verifyPackage } from '#verifier';
import { PAYMENTS } from '../changes/testing/house.ts';
import { askJwt, askX509, FACTS, joinAgent } from '../issuance/testing/world.ts';
import { isMunimentError, timestamp } from '../kernel/index.ts';
import { carryOut, enrolTwo, type House, openHouse } from './testing/house.ts';

const MINUTE_MS = 60_000;

/** A hostile owner of a name: markup and a formula, which must stay text everywhere. */
const EVIL = `apiVersion: muniment/v1
kind: Application
name: evil
spec: {description: "=cmd|'/c calc'!A0 </script><script>alert(1)</script> | [x](javascript:x)", owner: olga}
`;

interface Told {
  house: House;
  /** Between the first period and the second. */
  turn: string;
  start: string;
  end: string;
}

/** The spine, room by room: two people, a signed change, an agent, grants, a refusal, a lock with its proof. */
async function tell(): Promise<Told> {
  const house = await openHouse();
  const { clock } = house;
  const start = timestamp(clock.now());
  const people = await enrolTwo(house);
  await carryOut(house, people, PAYMENTS);
  clock.advance(MINUTE_MS);
  const agent = await joinAgent(house as never);
  await askX509(house as never, agent);
  clock.advance(MINUTE_MS);
  const turn = timestamp(clock.now());
  await askJwt(house as never, agent, { audience: ['billing'] });
  const refused = await askX509(house as never, agent, { attested: { ...FACTS, uid: 4242 } });
  assert.equal(refused.granted.length, 0);
  await carryOut(house, people, EVIL);
  const identity = (await house.log.view()).named('identity', 'payments-api')?.id ?? '';
  const { lock } = await house.revocation.lock({ kind: 'identity', id: identity }, 'drill', people.ada.id);
  clock.advance(100);
  const probes = (['crl', 'openssl', 'introspection', 'api-renewal'] as const).map(
    (point, at): Probe => ({
      point,
      credential: null,
      outcome: 'REFUSED',
      latencyMs: 80 + 10 * at,
      detail: 'refused',
    }),
  );
  await house.revocation.recordProbes(lock, probes, agent.id);
  clock.advance(MINUTE_MS);
  return { house, start, turn, end: timestamp(clock.now()) };
}

let told: Told;
let keys: VerifierKey[];
before(async () => {
  told = await tell();
  keys = [told.house.vkey];
});
after(() => told.house.close());

const member = (bytes: Uint8Array, name: string): string => {
  const found = readZip(bytes).find((each) => each.name === name);
  assert.ok(found, `no ${name}`);
  return new TextDecoder().decode(found.bytes);
};

const coded = (code: string) => (error: unknown) => isMunimentError(error) && error.code === code;

test('a package over everything holds, and so do two that share its middle', async () => {
  const { house, start, turn, end } = told;
  for (const [from, to] of [
    [start, end],
    [start, turn],
    [turn, end],
  ] as const) {
    const report = await verifyPackage(await house.evidence.build({ from, to }), { keys });
    assert.equal(report.outcome, 'HOLDS', JSON.stringify(report.problems));
    assert.equal(report.pinnedBy, 'key');
  }
});
