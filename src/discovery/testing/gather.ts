import type { Opening, SourceType } from '../contract.ts';
import { emptyGathering, type Gathered, type Observation } from '../gathered.ts';
import { SOURCE_LIMITS } from '../limits.ts';
import { marksOf, secretFingerprint } from '../marks.ts';
import { type Document, readPartition } from '../read.ts';
import { SourceError } from '../source-error.ts';

const SOURCE = 'tested';
const KEY = new Uint8Array(32).fill(7);
/** A test waits for no provider as long as a sweep does. */
const LIMITS = { ...SOURCE_LIMITS, tries: 2, backoffMilliseconds: 10 };

/** What one sweep of a source saw, and the pages that would be kept. */
export interface Swept {
  partitions: Gathered[];
  documents: Document[];
}

export const openingWith = (secrets: Record<string, string> = {}): Opening => ({
  source: SOURCE,
  fingerprint: (secret) => secretFingerprint(KEY, secret),
  conceal: (text) => secretFingerprint(KEY, `name\0${text}`),
  hasSecret: (name) => secrets[name] !== undefined,
  async secret(name) {
    const value = secrets[name];
    if (value === undefined) throw new SourceError('failed', `no secret \`${name}\``);
    return value;
  },
  signal: new AbortController().signal,
  limits: LIMITS,
  now: () => new Date(),
});

/** Reads a whole source the way a sweep does, without a database behind it. */
export async function gather<Settings>(
  type: SourceType<Settings>,
  settings: unknown,
  secrets: Record<string, string> = {},
): Promise<Swept> {
  const opening = openingWith(secrets);
  const session = await type.open(type.settings.parse(settings), opening);
  const swept: Swept = { partitions: [], documents: [] };
  try {
    for (const partition of await session.partitions()) {
      const gathered = emptyGathering(SOURCE, partition.partition);
      swept.partitions.push(gathered);
      await readPartition(partition, type.listings, {
        connector: `${type.type}/${type.version}`,
        ...{ session, opening, gathered, marking: marksOf(SOURCE, KEY) },
        keep: async (document) => void swept.documents.push(document),
        onPage: () => {},
      });
    }
  } finally {
    await session.close();
  }
  return swept;
}

/** Things of one class by their labels; where several have one label the last stands. */
export function byLabel(gathered: Gathered, observed: Observation['class']): Map<string, Observation> {
  const all = [...gathered.observations.values()].filter((each) => each.class === observed);
  return new Map(
    all.map((each) => [typeof each.label === 'string' ? each.label : each.label.commitment, each]),
  );
}
