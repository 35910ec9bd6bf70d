import { approvalChallenge, type Rows } from '#verifier';
import { MunimentError } from '../../kernel/index.ts';
import type { Log, When } from '../../store/index.ts';
import type { Api } from '../app.ts';
import * as contract from '../contract/changes.ts';
import { proposeLeaving } from '../contract/leaving.ts';
import { actorOf, type Caller, type Door } from '../env.ts';
import { idsIn } from '../read/entries.ts';
import { namesOf, refOf } from '../read/names.ts';
import { momentOf } from '../read/when.ts';
import { authenticationOptions } from '../sessions/index.ts';
import type { Rooms } from './rooms.ts';

/** Stands in where none was sent, so that the attempt reaches the judge and its refusal is recorded. */
const NO_SIGNATURE = { type: 'ed25519', keyId: '', signature: '' } as const;

export function mountChanges(app: Api, rooms: Rooms): void {
  const { log, clock, changes, sessions } = rooms;

  app.openapi(contract.propose, async (c) => {
    const { source, dryRun, ...proposal } = c.req.valid('json');
    const proposed = await changes.propose({
      ...proposal,
      proposer: proposerOf(c.get('caller'), dryRun ?? false),
      ...(source === undefined ? {} : { source }),
      ...(dryRun === undefined ? {} : { dryRun }),
    });
    const { change, plan, planDigest, text, recorded } = proposed;
    const isDry = recorded === null;
    return c.json(
      { change: isDry ? null : change, plan, planDigest, text, entry: recorded?.entry ?? null },
      200,
    );
  });

  app.openapi(contract.drift, async (c) => {
    const { manifests, kinds } = c.req.valid('json');
    return c.json(await changes.drift({ manifests, ...(kinds === undefined ? {} : { kinds }) }), 200);
  });

  app.openapi(proposeLeaving, async (c) => {
    const { to, reason, dryRun = false } = c.req.valid('json');
    const proposer = proposerOf(c.get('caller'), dryRun);
    const person = c.req.valid('param').name;
    const proposed = await changes.proposeLeaving({ person, to, reason, proposer, dryRun });
    const { change, plan, planDigest, text, recorded } = proposed;
    const entry = recorded?.entry ?? null;
    return c.json({ change: recorded === null ? null : change, plan, planDigest, text, entry }, 200);
  });

  app.openapi(contract.listChanges, async (c) => {
    const { state, ...asked } = c.req.valid('query');
    const { when } = await momentOf(log, asked, clock.now());
    const rows = (await log.rows('change', when)).filter((row) => state === undefined || row.state === state);
    const names = await namesOf(
      log,
      rows.map(({ plan }) => plan.proposer),
    );
    const items = rows
      .sort((a, b) => b.entry - a.entry)
      .map((row) => ({
        id: row.id,
        state: row.state,
        title: row.plan.title,
        reason: row.plan.reason,
        proposer: refOf(names, row.plan.proposer),
        proposed: row.proposed,
        operations: row.plan.operations.length,
        approvals: row.approvals.length,
        applied: row.applied,
      }));
    return c.json({ items }, 200);
  });

  app.openapi(contract.getChange, async (c) => {
    const { when } = await momentOf(log, c.req.valid('query'), clock.now());
    const row = await changeOf(log, c.req.valid('param').id, when);
    return c.json({ ...(await viewChange(log, row)), ...(await changes.describe(row)) }, 200);
  });

  app.openapi(contract.approvalOptions, async (c) => {
    const { planDigest } = await changeOf(log, c.req.valid('param').id);
    const keys = await passkeysOf(log, c.get('caller'));
    return c.json(await authenticationOptions(sessions.party, approvalChallenge(planDigest), keys), 200);
  });

  app.openapi(contract.approve, async (c) => {
    const { planDigest, signature = NO_SIGNATURE } = c.req.valid('json');
    const caller = c.get('caller');
    const { entry, receipt } = await changes.approve({
      change: c.req.valid('param').id,
      planDigest,
      signature,
      channel: channelOf(c.env.kind),
      ...(caller.kind === 'person' ? { session: { person: caller.person } } : {}),
    });
    return c.json({ entry, receipt }, 200);
  });

  app.openapi(contract.apply, async (c) => {
    const { planDigest } = c.req.valid('json');
    const request = { change: c.req.valid('param').id, planDigest, actor: actorOf(c.get('caller')) };
    const { time, operations, entry, receipt } = await changes.apply(request);
    return c.json({ applied: time, operations, entry, receipt }, 200);
  });

  app.openapi(contract.withdraw, async (c) => {
    const { reason } = c.req.valid('json');
    const request = { change: c.req.valid('param').id, reason, actor: actorOf(c.get('caller')) };
    const { entry, receipt } = await changes.withdraw(request);
    return c.json({ entry, receipt }, 200);
  });
}

/** Whoever comes by the admin socket without being one person could propose and then approve what nobody proposed. */
export function proposerOf(caller: Caller, dryRun: boolean): string {
  if (caller.kind === 'person') return caller.person;
  if (caller.kind === 'socket' && caller.person !== null) return caller.person;
  if (dryRun) return 'sys';
  throw new MunimentError('forbidden', 'sign in as a person to propose: the admin socket is nobody');
}

/** The socket stays the socket, whatever header came with the request. */
const channelOf = (door: Door['kind']): 'console' | 'tls' | 'socket' =>
  door === 'console' || door === 'tls' ? door : 'socket';

async function changeOf(log: Log, id: string, when?: When): Promise<Rows['change']> {
  const row = await log.row('change', id, when);
  if (row === undefined) throw new MunimentError('not_found', 'there is no such change');
  return row;
}

async function passkeysOf(log: Log, caller: Caller): Promise<string[]> {
  if (caller.kind !== 'person') return [];
  const keys = (await log.view()).rows('person').get(caller.person)?.spec.keys ?? [];
  return keys.flatMap(({ credentialId }) => credentialId ?? []);
}

async function viewChange(log: Log, row: Rows['change']) {
  const { plan } = row;
  const names = await namesOf(log, idsIn(JSON.stringify([plan, row.approvals])));
  return {
    id: row.id,
    state: row.state,
    title: plan.title,
    reason: plan.reason,
    proposer: refOf(names, plan.proposer),
    proposed: row.proposed,
    applied: row.applied,
    plan,
    planDigest: row.planDigest,
    source: row.source,
    names,
    approvals: row.approvals.map(({ approver, signature, time, entry }) => ({
      approver: refOf(names, approver),
      keyId: signature.keyId,
      time,
      entry,
    })),
    entry: row.entry,
  };
}
