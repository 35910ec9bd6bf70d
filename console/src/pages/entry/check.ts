import { base64, equalBytes, fromBase64, utf8 } from '../../../../verifier/src/bytes.ts';
import { decodeEntry } from '../../../../verifier/src/entry.ts';
import { leafHash, verifyInclusion } from '../../../../verifier/src/merkle.ts';
import {
  type Checkpoint,
  parseCheckpoint,
  parseNote,
  parseVerifierKey,
  verifyNote,
} from '../../../../verifier/src/note.ts';
import type { Entry } from '../../api/types.ts';

export interface Check {
  what: string;
  holds: boolean;
  /** What was compared, or why it does not hold. */
  detail: string;
}

export interface Checked {
  checks: Check[];
  checkpoint: Checkpoint | undefined;
}

type Test = () => string | Promise<string>;

/** Runs one test; whatever it throws becomes a check that does not hold, never one that is left out. */
async function run(what: string, test: Test): Promise<Check> {
  try {
    return { what, holds: true, detail: await test() };
  } catch (error) {
    return { what, holds: false, detail: error instanceof Error ? error.message : String(error) };
  }
}

function insist(holds: boolean, why: string): void {
  if (!holds) throw new Error(why);
}

async function checkSignature(entry: Entry): Promise<string> {
  const key = parseVerifierKey(entry.verifierKey);
  const note = parseNote(utf8(entry.checkpoint));
  insist((await verifyNote(note, [key])).length === 1, 'the checkpoint is not signed by this log’s key');
  insist(parseCheckpoint(note.text).origin === key.name, 'the checkpoint is of another log');
  return `signed by ${key.name}`;
}

function checkInclusion(entry: Entry): string {
  const { size, root } = parseCheckpoint(parseNote(utf8(entry.checkpoint)).text);
  const holds = verifyInclusion(
    entry.index,
    size,
    leafHash(utf8(entry.leaf)),
    entry.proof.map(fromBase64),
    root,
  );
  insist(holds, 'the proof leads to another root');
  return `entry ${entry.index} of ${size}, by ${entry.proof.length} hashes to the root`;
}

const checkpointOf = (entry: Entry): Checkpoint | undefined => {
  try {
    return parseCheckpoint(parseNote(utf8(entry.checkpoint)).text);
  } catch {
    return undefined;
  }
};

/** Checks an entry with the verifier's own code, in this browser: form, leaf hash, inclusion, signature. */
export async function checkEntry(entry: Entry): Promise<Checked> {
  const checks = await Promise.all([
    run('The leaf is canonical, and names this body', () => {
      decodeEntry(entry.index, utf8(entry.leaf), entry.body === null ? null : utf8(entry.body));
      return entry.body === null
        ? 'the body is not here; the leaf alone was checked'
        : 'SHA-256 of the body is in the leaf';
    }),
    run('The leaf hashes to what is listed', () => {
      insist(equalBytes(leafHash(utf8(entry.leaf)), fromBase64(entry.leafHash)), 'the leaf has another hash');
      return base64(leafHash(utf8(entry.leaf)));
    }),
    run('The tree holds this leaf at this place', () => checkInclusion(entry)),
    run('The log’s key signed this tree', () => checkSignature(entry)),
  ]);
  return { checks, checkpoint: checkpointOf(entry) };
}
