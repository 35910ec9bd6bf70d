import type { Entry, EntryData, Kind, RequestRecord, UseRecord } from '#verifier';

/** Kinds of entry that tell of uses. */
export const USE_KINDS: ReadonlySet<Kind> = new Set<Kind>([
  'credential.granted',
  'credential.refused',
  'events.ingested',
]);

/** A use as an entry tells it; `presentedDead` where the entry itself says that a dead credential was shown. */
export interface ToldUse extends UseRecord {
  entry: number;
  presentedDead: boolean;
}

const ofRequest = (request: RequestRecord, at: string, outcome: UseRecord['outcome']): UseRecord => ({
  at,
  identity: request.identity,
  instance: request.instance,
  credential: null,
  action: request.action,
  outcome,
  address: request.address,
});

/**
 * A workload whose identity is locked is refused by name, and has shown nothing dead: only an agent shows a credential of ours
 * when it asks, and where that one is dead no identity was looked for.
 */
const showedDead = ({ code, request }: EntryData['credential.refused']): boolean =>
  code === 'locked' && request.identity === null && request.agent !== null;

/** The uses that an entry tells of, in the order of their time. What a withheld body would tell is not known. */
export function usesOf({ index, leaf, body }: Entry): ToldUse[] {
  if (body === null) return [];
  const told = (use: UseRecord, presentedDead = false): ToldUse => ({ ...use, entry: index, presentedDead });
  switch (leaf.kind) {
    case 'credential.granted': {
      const { request } = body.data as EntryData['credential.granted'];
      return [told(ofRequest(request, leaf.time, 'success'))];
    }
    case 'credential.refused': {
      const data = body.data as EntryData['credential.refused'];
      return [told(ofRequest(data.request, leaf.time, 'failure'), showedDead(data))];
    }
    case 'events.ingested': {
      const { events } = body.data as EntryData['events.ingested'];
      return [...events].sort((a, b) => (a.at < b.at ? -1 : 1)).map((use) => told(use));
    }
    default:
      return [];
  }
}

/** The detector that these made-up uses must wake; null for what really happened. */
export const drillOf = ({ leaf, body }: Entry): EntryData['events.ingested']['drill'] =>
  leaf.kind === 'events.ingested' ? ((body?.data as EntryData['events.ingested'])?.drill ?? null) : null;
