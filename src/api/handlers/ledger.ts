import { MunimentError } from '../../kernel/index.ts';
import { type Log, type StoredEntry, verifyRows } from '../../store/index.ts';
import type { Api } from '../app.ts';
import * as contract from '../contract/ledger.ts';
import { base64, idsIn, viewEntries } from '../read/entries.ts';
import { namesOf } from '../read/names.ts';
import { entriesBefore, momentOf } from '../read/when.ts';
import type { Rooms } from './rooms.ts';

export function mountLedger(app: Api, rooms: Rooms): void {
  const { log, clock } = rooms;

  app.openapi(contract.listEntries, async (c) => {
    const { kind, subject, actor, before, limit, ...asked } = c.req.valid('query');
    const known = await entriesBefore(log, await momentOf(log, asked, clock.now()));
    const entries = await log.search({
      ...(kind === undefined ? {} : { kinds: [kind as StoredEntry['kind']] }),
      ...(subject === undefined ? {} : { subject }),
      ...(actor === undefined ? {} : { actor }),
      before: Math.min(known, Number(before ?? known)),
      limit,
    });
    const next = entries.length === limit ? String(entries.at(-1)?.index) : null;
    return c.json({ items: await viewEntries(log, entries), size: (await log.head()).size, next }, 200);
  });

  app.openapi(contract.getEntry, async (c) => {
    const entry = await log.entry(Number(c.req.valid('param').index));
    if (entry === undefined) throw new MunimentError('not_found', 'the log has no such entry');
    return c.json(await detailOf(log, entry), 200);
  });

  app.openapi(contract.proveConsistency, async (c) => {
    const { from, to } = c.req.valid('query');
    return c.json(await consistencyOf(log, Number(from), to === undefined ? undefined : Number(to)), 200);
  });

  app.openapi(contract.verifyLedger, async (c) => c.json(await checkRows(rooms), 200));
}

async function consistencyOf(log: Log, from: number, asked: number | undefined) {
  const { size, checkpoint } = await log.head();
  const to = asked ?? size;
  const proof = (await log.consistency(from, to)).map(base64);
  return { from, to, proof, checkpoint, verifierKey: log.verifierKey };
}

async function checkRows({ database }: Rooms) {
  const { size, problems, unchecked } = await verifyRows(database);
  return { ok: problems.length === 0, size, unchecked, problems: problems.map(({ what }) => what) };
}

async function detailOf(log: Log, entry: StoredEntry) {
  const { size, checkpoint } = await log.head();
  const body = entry.body === null ? null : Buffer.from(entry.body).toString('utf8');
  return {
    index: entry.index,
    time: entry.time,
    kind: entry.kind,
    leaf: Buffer.from(entry.leaf).toString('utf8'),
    body,
    leafHash: base64(entry.leafHash),
    proof: (await log.inclusion(entry.index, size)).map(base64),
    checkpoint,
    verifierKey: log.verifierKey,
    names: await namesOf(log, [entry.subject, entry.actor, ...idsIn(body ?? '')]),
  };
}
