import { formatCheckpoint, formatNote, fromUtf8, signNote, type VerifierKey } from '#verifier';

/**
 * A signed checkpoint (C2SP tlog-checkpoint in a signed-note) as text. INVARIANT: only ever called for a size and root that
 * are durable: a signature over what a crash could take back would fork the log.
 */
export function signCheckpoint(
  head: { size: number; root: Uint8Array },
  key: VerifierKey,
  sign: (message: Uint8Array) => Uint8Array,
): string {
  const text = formatCheckpoint({ origin: key.name, size: head.size, root: head.root, extensions: [] });
  return fromUtf8(formatNote(signNote(text, key, sign)));
}
