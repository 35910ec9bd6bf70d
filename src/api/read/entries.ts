import type { Log, StoredEntry } from '../../store/index.ts';
import { namesOf } from './names.ts';

export const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');

/** What the leaves tell, with names for their ids. */
export async function viewEntries(log: Log, entries: StoredEntry[]) {
  const names = await namesOf(
    log,
    entries.flatMap(({ subject, actor }) => [subject, actor]),
  );
  return entries.map(({ index, time, kind, subject, actor, leafHash }) => ({
    index,
    time,
    kind,
    subject,
    actor,
    leafHash: base64(leafHash),
    names: Object.fromEntries(
      [subject, actor].flatMap((id) => (id in names ? [[id, names[id] ?? null]] : [])),
    ),
  }));
}

const ID = /\b[a-z]{3}_[a-z2-7]{26}\b/g;
const NAMED_IDS_MAX = 200;

/** Ids that a body mentions, so that a reader sees who they are. */
export const idsIn = (body: string): string[] => [...new Set(body.match(ID) ?? [])].slice(0, NAMED_IDS_MAX);
