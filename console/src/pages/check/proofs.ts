import { fromBase64, utf8 } from '../../../../verifier/src/bytes.ts';
import { leafHash, verifyInclusion } from '../../../../verifier/src/merkle.ts';
import { parseCheckpoint, parseNote, parseVerifierKey, verifyNote } from '../../../../verifier/src/note.ts';
import type { CredentialValidAt } from '../../api/types.ts';

/** Checks every proof of an answer against its signed checkpoint, in this browser. Throws where one does not hold. */
export async function checkProofs({ proofs, log }: CredentialValidAt): Promise<number> {
  const note = parseNote(utf8(log.checkpoint));
  if ((await verifyNote(note, [parseVerifierKey(log.verifierKey)])).length !== 1)
    throw new Error('the checkpoint is not signed by this log’s key');
  const { size, root } = parseCheckpoint(note.text);
  for (const { entry, leaf, proof } of proofs) {
    if (!verifyInclusion(entry, size, leafHash(fromBase64(leaf)), proof.map(fromBase64), root))
      throw new Error(`the proof of entry ${entry} leads to another root`);
  }
  return proofs.length;
}
