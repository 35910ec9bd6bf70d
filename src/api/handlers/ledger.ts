import { Readable } from 'node:stream';
import { parseCheckpoint, parseNote } from '#verifier';
import { MunimentError } from '../../kernel/index.ts';
import { type Log, type StoredEntry, verifyRows } from '../../store/index.ts';
import type { Api } from '../app.ts';
import * as contract from '../contract/ledger.ts';
import { base64, idsIn, viewEntries } from '../read/entries.ts';
import { namesOf } from '../read/names.ts';
import { entriesBefore, momentOf } from '../read/when.ts';
import type { Rooms } from './rooms.ts';

export function mountLedger(app: Api, rooms: Rooms): void {
  const { log, clock, witnesses } = rooms;

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

  app.openapi(contract.listWitnesses, async (c) => {
    const [items, cosigned] = [await witnesses.status(), (await witnesses.newest()) ?? null];
    return c.json({ size: (await log.head()).size, cosigned, items }, 200);
  });

  app.openapi(contract.verifyLedger, async (c) => {
    const { checkpoint } = c.req.valid('json');
    return c.json(await checkRows(rooms, checkpoint), 200);
  });

  app.openapi(contract.makeBackup, (c) => {
    const pieces = Readable.from(untilClosing(log.backup(), rooms.closing), { highWaterMark: 1 });
    return c.body(Readable.toWeb(pieces) as ReadableStream, 200, {
      'content-type': 'application/jsonl',
      'content-disposition': 'attachment; filename="muniment-backup.jsonl"',
    }) as never;
  });
}

/** A server that stops does not wait for whoever reads slowly: what they have lacks its last line. */
async function* untilClosing(pieces: AsyncIterable<Uint8Array>, closing: AbortSignal) {
  for await (const piece of pieces) {
    if (closing.aborted) throw new MunimentError('storage_unavailable', 'the server stops');
    yield piece;
  }
}

async function consistencyOf(log: Log, from: number, asked: number | undefined) {
  const { size, checkpoint } = await log.head();
  const to = asked ?? size;
  const proof = (await log.consistency(from, to)).map(base64);
  return { from, to, proof, checkpoint, verifierKey: log.verifierKey };
}

/** Text of whoever asks: that it is no checkpoint is their mistake, and no damage of ours. */
function readCheckpoint(text: string): { from: string; note: Uint8Array } {
  const note = Buffer.from(text);
  try {
    parseCheckpoint(parseNote(note).text);
  } catch (cause) {
    throw new MunimentError('bad_request', 'the checkpoint is no signed note over a tree', { cause });
  }
  return { from: 'the checkpoint given', note };
}

async function checkRows({ database, log }: Rooms, kept: string | undefined) {
  const known = kept === undefined ? [] : [readCheckpoint(kept)];
  const { size, problems, unchecked } = await verifyRows(database, { key: log.verifierKey, known });
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
