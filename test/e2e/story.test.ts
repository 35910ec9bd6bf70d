/** The README's story, on both engines: the same steps that the demo tells, with what must be seen at each. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { type Ground, prepareGround } from '../../tools/demo/ground.ts';
import { stopAll } from '../../tools/demo/programs.ts';
import { type Probe, Story } from '../../tools/demo/story.ts';
import { postgresPrograms, startPostgres, type TestPostgres } from '../support/postgres.ts';

type Engine = 'embedded' | 'postgresql';

const missing = (engine: Engine): string | false =>
  engine === 'postgresql' && postgresPrograms() === undefined ? 'needs PostgreSQL' : false;

function tell(engine: Engine): void {
  describe(`the story on ${engine}`, { skip: missing(engine) }, () => {
    let story: Story;
    let ground: Ground;
    let postgres: TestPostgres | undefined;

    after(async () => {
      await stopAll();
      await postgres?.stop();
      ground?.remove();
      if (ground !== undefined) rmSync(ground.data, { recursive: true, force: true });
    });

    it('1: the server starts and a sweep records what it saw, with a verdict', async () => {
      ground = await prepareGround(mkdtempSync(join(tmpdir(), 'story-')));
      if (engine === 'postgresql') postgres = await startPostgres();
      story = new Story(ground, postgres === undefined ? {} : { databaseUrl: postgres.url });
      await story.house.startServer();
      const sweep = await story.sweep();
      assert.ok(sweep.items > 10);
      assert.match(sweep.verdict, /^(COMPLETE|PARTIAL)$/);
      assert.equal(sweep.verdict === 'COMPLETE', sweep.denied.length === 0);
    });

    it('2: a change is proposed, wrongly approved in three ways, and applied as signed', async () => {
      const { first, second } = await story.people.enrol();
      assert.equal(first.bootstrap, true);
      assert.equal(second.bootstrap, true);
      const { change, text } = await story.people.propose();
      assert.match(text, /payments-api/);
      await story.people.refusals();
      const applied = await story.people.approveAndApply(change);
      assert.equal(applied.operations, 7);
      const recorded = await story.house.entriesOf('change.refused');
      assert.ok(recorded.length >= 3, `${recorded.length} refusals recorded`);
    });

    it('3: an agent joins with a token that then is used up', async () => {
      await story.workloads.startAgent();
      assert.equal((await story.house.entriesOf('agent.joined')).length, 1);
    });

    it('4: an attested process is given an identity that others accept', async () => {
      const { x509, jwt } = await story.workloads.issue();
      const spiffeId = `spiffe://${story.house.trustDomain}/payments/payments-api`;
      assert.equal(x509.spiffeId, spiffeId);
      assert.equal(jwt.spiffeId, spiffeId);
      const { accepted, answered } = await story.workloads.mutualTls();
      assert.deepEqual(
        [accepted.peer, answered.peer, answered.text],
        [spiffeId, spiffeId, `hello ${spiffeId}`],
      );
      assert.equal((await story.workloads.checkToken()).sub, spiffeId);
    });

    it('3b: the agent rides out a stopped server', async () => {
      const { before, during } = await story.workloads.rideOut();
      assert.equal(during, before);
    });

    it('5: another process is refused, and the refusal says why', async () => {
      const { seen, entry } = await story.workloads.strangerRefused();
      assert.equal(seen.code, 'PermissionDenied');
      const { request, code, decision } = entry as {
        request: { attested: Record<string, unknown>; identity: unknown };
        code: string;
        decision: { effect: string; policySet: string };
      };
      assert.equal(code, 'no_identity');
      assert.equal(request.attested.uid, ground.strangerUid);
      assert.equal(request.attested.path, ground.programs.stranger);
      assert.equal(decision.effect, 'deny');
      assert.match(decision.policySet, /^[0-9a-f]{64}$/);
    });

    it('6: a lock is proven by refusal at every point', async () => {
      const { stream } = await story.lock.lockIdentity();
      assert.equal(stream.code, 'PermissionDenied');
      const byPoint = new Map((await story.lock.probes()).map((probe: Probe) => [probe.point, probe]));
      for (const point of ['api-renewal', 'introspection', 'agent-stream', 'crl', 'openssl']) {
        assert.equal(byPoint.get(point)?.outcome, 'REFUSED', point);
        assert.ok((byPoint.get(point)?.latencyMs ?? -1) >= 0, point);
      }
      assert.match(await story.lock.opensslRefuses(), /certificate revoked/);
      assert.equal((await story.lock.introspect()).active, false);
    });

    it('7: the package holds offline, and a changed bit is named', async () => {
      const { out, vkey } = await story.evidence.buildEvidence();
      const good = story.evidence.verify(out, vkey);
      assert.equal(good.code, 0, good.report);
      const bad = story.evidence.verify(story.evidence.tampered(out), vkey);
      assert.equal(bad.code, 1);
    });

    it('8: rows obey entries, and the log verifies', async () => {
      assert.deepEqual(await story.evidence.verifyLedger(), { ok: true });
    });
  });
}

tell('embedded');
tell('postgresql');
