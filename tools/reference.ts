/** Writes `docs/reference/`, and what the README of each source has from its connector, from the code. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { REFERENCE, referencePages } from './reference/pages.ts';
import { ROOT } from './reference/source.ts';
import { writeSourceReadmes } from './source-readmes.ts';

const folder = join(ROOT, REFERENCE);
mkdirSync(folder, { recursive: true });
for (const { name, text } of referencePages()) {
  writeFileSync(join(folder, name), text);
  console.log(`${REFERENCE}/${name}`);
}
await writeSourceReadmes();
