import { equalBytes, hex, utf8 } from '../bytes.ts';
import { parseCheckpoint, parseNote, parseVerifierKey, verifyNote } from '../note.ts';
import type { Entry, EntryData } from '../words/index.ts';
import type { RootAt } from './check-log.ts';
import { refuse } from './json.ts';
import type { Continuation, Findings, Told } from './report.ts';

type Continued = EntryData['log.continued'];

const isContinued = (entry: Entry): entry is Entry<'log.continued'> =>
  entry.leaf.kind === 'log.continued' && entry.body !== null;

/**
 * Each `log.continued` stands where it says that the kept entries end, and what it says of the log before is signed by that
 * log's key. Where the log before was no longer than what was kept, it must be the same tree.
 */
export async function checkContinued(
  entries: Entry[],
  rootAt: RootAt,
  findings: Findings,
): Promise<Told<Continuation[]>> {
  const value: Continuation[] = [];
  for (const { index, body } of entries.filter(isContinued)) {
    const { data } = body as { data: Continued };
    try {
      await checkOne(index, data, rootAt);
    } catch (error) {
      findings.problem(`entry ${index}`, error instanceof Error ? error.message : String(error));
    }
    const { origin, logKey, size, kept, reason } = data;
    value.push({ index, origin, logKey, size, kept, reason });
  }
  return { value, detail: value.length === 0 ? 'it does not' : value.map(told).join('; ') };
}

async function checkOne(index: number, data: Continued, rootAt: RootAt): Promise<void> {
  if (data.kept !== index) refuse(`kept ${data.kept} entries and stands at ${index}`);
  const key = parseVerifierKey(data.logKey);
  const note = parseNote(utf8(data.checkpoint));
  if ((await verifyNote(note, [key])).length === 0)
    refuse('the last checkpoint is not signed by its log’s key');
  const { origin, size, root } = parseCheckpoint(note.text);
  if (origin !== key.name || origin !== data.origin) refuse('the last checkpoint is of another log');
  if (size !== data.size || hex(root) !== data.root)
    refuse('the last checkpoint is not the one that is told of');
  const ours = size <= data.kept ? rootAt(size) : undefined;
  if (ours !== undefined && !equalBytes(ours, root)) refuse('what was kept is not the log before');
}

const told = ({ index, origin, size, kept }: Continuation): string => {
  const lost =
    size > kept ? `entries ${kept} to ${size - 1} of it are lost` : 'none of it is known to be lost';
  return `entry ${index}: goes on from \`${origin}\`, ${lost}`;
};
