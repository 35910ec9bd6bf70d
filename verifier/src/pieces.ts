import { utf8 } from './bytes.ts';

/** Text is gathered to about this length before it becomes bytes. */
const PIECE_CHARACTERS = 1 << 16;

/** Short texts as a few larger pieces of bytes: a long table is written without ever being one string. */
export function* inPieces(texts: Iterable<string>): Generator<Uint8Array> {
  let gathered = '';
  for (const text of texts) {
    gathered += text;
    if (gathered.length < PIECE_CHARACTERS) continue;
    yield utf8(gathered);
    gathered = '';
  }
  if (gathered !== '') yield utf8(gathered);
}
