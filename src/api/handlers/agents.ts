import type { Context } from 'hono';
import { encodePem } from '../../crypto/index.ts';
import { BUNDLE_REFRESH_SECONDS, type Grant, type Issued, jwksOf } from '../../issuance/index.ts';
import { MunimentError } from '../../kernel/index.ts';
import { type Api, sourceOf } from '../app.ts';
import * as contract from '../contract/agents.ts';
import { actorOf, type Env } from '../env.ts';
import { base64 } from '../read/entries.ts';
import { RecordedRefusal } from '../refused.ts';
import { streamEvents } from './agent-events.ts';
import { checkAlive } from './alive.ts';
import type { Rooms } from './rooms.ts';

/** What agents call, and the tokens that let one join. */
export function mountAgents(app: Api, rooms: Rooms): void {
  const { issuance, tokens, revocation, log, attempts } = rooms;

  app.openapi(contract.createToken, async (c) => {
    const { agent, ttlSeconds } = c.req.valid('json');
    const actor = actorOf(c.get('caller'));
    const made = await tokens.create({
      agentName: agent,
      actor,
      ...(ttlSeconds === undefined ? {} : { ttlSeconds }),
    });
    return c.json({ id: made.id, token: made.token, deadline: made.deadline }, 200);
  });

  app.openapi(contract.join, async (c) => {
    attempts.check(sourceOf(c));
    const asked = c.req.valid('json');
    const issued = await issuance.issue({ action: 'join', door: 'agent', address: c.env.address, ...asked });
    return c.json(await joinedOf(rooms, issued), 200);
  });

  app.openapi(contract.renew, async (c) => {
    const { csr } = c.req.valid('json');
    const door = { door: 'agent', address: c.env.address, certificate: certificateOf(c) };
    return c.json(await joinedOf(rooms, await issuance.issue({ action: 'renew', ...door, csr })), 200);
  });

  app.openapi(contract.issue, async (c) => {
    const { csr, audience, ttlSeconds, ...asked } = c.req.valid('json');
    const issued = await issuance.issue({
      ...asked,
      door: 'workload',
      address: c.env.address,
      certificate: certificateOf(c),
      ...(csr === undefined ? {} : { csr }),
      ...(audience === undefined ? {} : { audience }),
      ...(ttlSeconds === undefined ? {} : { ttlSeconds }),
    });
    if (issued.granted.length === 0) throw refusalOf(issued);
    return c.json({ items: issued.granted.map(viewGrant) }, 200);
  });

  app.openapi(contract.bundle, async (c) => {
    await checkAlive(rooms, c);
    return c.json(await bundleOf(rooms), 200);
  });

  app.openapi(contract.events, async (c) => {
    await checkAlive(rooms, c);
    return streamEvents(c, rooms) as never;
  });

  app.openapi(contract.recordProbes, async (c) => {
    await checkAlive(rooms, c);
    const { lock, probes } = c.req.valid('json');
    return c.json(await revocation.recordProbes(lock, probes, actorOf(c.get('caller'))), 200);
  });

  app.openapi(contract.reportDeliveries, async (c) => {
    await checkAlive(rooms, c);
    const actor = actorOf(c.get('caller'));
    const data = { agent: actor, ...c.req.valid('json') };
    const { receipt } = await log.append([{ kind: 'delivery.reported', subject: actor, actor, data }]);
    return c.json({ entry: receipt(0).index, receipt: receipt(0) }, 200);
  });
}

function certificateOf(c: Context<Env>): Uint8Array {
  if (c.env.certificate === null)
    throw new MunimentError('unauthenticated', "show the agent's client certificate");
  return c.env.certificate;
}

function refusalOf({ refused }: Issued): Error {
  const first = refused[0];
  return first === undefined
    ? new MunimentError('internal', 'neither granted nor refused')
    : new RecordedRefusal(first);
}

const viewGrant = ({ entry, spiffeId, hint, certificate, jwt, notAfter, receipt, shortened }: Grant) => ({
  entry,
  spiffeId,
  hint,
  ...(certificate === undefined ? {} : { certificate: certificate.map(base64) }),
  ...(jwt === undefined ? {} : { jwt }),
  notAfter,
  receipt,
  shortened,
});

async function joinedOf(rooms: Rooms, issued: Issued) {
  const grant = issued.granted[0];
  if (grant === undefined || issued.agent === null || issued.instance === null) throw refusalOf(issued);
  return {
    agent: issued.agent,
    instance: issued.instance,
    certificate: (grant.certificate ?? []).map((der) => encodePem(der, 'CERTIFICATE')).join(''),
    bundle: await bundleOf(rooms),
    trustDomain: rooms.authority.trustDomain,
    receipt: grant.receipt,
  };
}

async function bundleOf({ authority, revocation }: Rooms) {
  const { sequence } = await authority.jwtKeys();
  return {
    sequence,
    x509: [base64(authority.root().certificate)],
    jwks: JSON.parse(JSON.stringify(await jwksOf(authority))) as { keys: Array<Record<string, never>> },
    crls: (await revocation.all()).map(base64),
    refreshSeconds: BUNDLE_REFRESH_SECONDS,
  };
}
