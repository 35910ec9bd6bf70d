import { base64, equalBytes } from '../bytes.ts';
import { verifyCosignatures, type WitnessKey } from '../cosignature.ts';
import { type Note, parseNote, parseVerifierKey } from '../note.ts';
import { refuse } from './json.ts';
import type { Manifest } from './model.ts';
import type { Findings, Told, WitnessFacts } from './report.ts';

export interface WitnessOptions {
  /** Witnesses whose cosignatures count. */
  witnesses?: WitnessKey[];
  /** How many of them must have cosigned the checkpoint; all where absent. */
  quorum?: number;
}

type Given = WitnessFacts['given'][number];

async function lookFor(note: Note, key: WitnessKey): Promise<Given> {
  const { name } = key;
  try {
    const [cosignature] = await verifyCosignatures(note, [key]);
    const cosigned = cosignature ? new Date(cosignature.timestamp * 1000).toISOString() : null;
    return { name, cosigned, problem: null };
  } catch (error) {
    return { name, cosigned: null, problem: (error as Error).message };
  }
}

/** Names on signatures by none of the keys. They are the package's own words: anyone can write a name. */
function uncheckedNames(note: Note, keys: ReadonlyArray<Pick<WitnessKey, 'name' | 'keyId'>>): string[] {
  const known = (name: string, keyId: Uint8Array) =>
    keys.some((key) => key.name === name && equalBytes(key.keyId, keyId));
  return note.signatures.filter(({ name, keyId }) => !known(name, keyId)).map(({ name }) => name);
}

/** Who cosigned a checkpoint that was found to be the log's. INVARIANT: one key counts once, under however many names. */
export async function witnessFacts(
  { logKey }: Manifest,
  checkpoint: Uint8Array,
  { witnesses = [], quorum }: WitnessOptions,
): Promise<WitnessFacts> {
  const note = parseNote(checkpoint);
  const keys = [...new Map(witnesses.map((key) => [base64(key.publicKey), key])).values()];
  return {
    given: await Promise.all(keys.map((key) => lookFor(note, key))),
    quorum: quorum ?? keys.length,
    unchecked: uncheckedNames(note, [...keys, parseVerifierKey(logKey)]),
  };
}

export function checkWitnesses({ given, quorum }: WitnessFacts, findings: Findings): Told<true> {
  for (const { name, problem } of given) if (problem !== null) findings.problem(name, problem);
  const cosigned = given.filter((each) => each.cosigned !== null).map(({ name }) => name);
  const of = `${cosigned.length} of ${given.length} witnesses cosigned, ${quorum} wanted`;
  if (cosigned.length < quorum) refuse(of);
  return { value: true, detail: `${of}: ${cosigned.join(', ')}` };
}
