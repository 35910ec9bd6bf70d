/** `npm run fuzz -- TARGET --seconds N [--seed N] [--keep N]`: feeds one parser for so long; exit code 1 where something is found. */
import { parseArgs } from 'node:util';
import { FINDINGS, fuzz, keepFindings, keepGrown } from './fuzzer.ts';
import { TARGETS } from './targets.ts';

const USAGE = `usage: fuzz TARGET [--seconds 60] [--seed N] [--keep N]

  --seed  the same seed makes the same changes
  --keep  puts so many inputs that ran something new into the corpus

targets: ${Object.keys(TARGETS).join(', ')}
`;

function readArguments() {
  const options = {
    seconds: { type: 'string' },
    seed: { type: 'string' },
    keep: { type: 'string' },
  } as const;
  const { values, positionals } = parseArgs({ options, allowPositionals: true });
  const [name = ''] = positionals;
  const target = Object.hasOwn(TARGETS, name) ? TARGETS[name] : undefined;
  const [seconds, seed, keep] = [
    values.seconds ?? '60',
    values.seed ?? `${Date.now() % 2 ** 32}`,
    values.keep ?? '0',
  ].map(Number);
  if (
    target === undefined ||
    positionals.length !== 1 ||
    ![seconds, seed, keep].every((n) => Number(n) >= 0)
  ) {
    process.stderr.write(USAGE);
    process.exit(2);
  }
  return { name, target, seconds: seconds as number, seed: seed as number, keep: keep as number };
}

const { name, target, seconds, seed, keep } = readArguments();
const { inputs, grown, functions, findings } = await fuzz(name, target, seconds, seed);
keepGrown(name, grown, keep);
keepFindings(name, findings);
for (const { why, input } of findings) console.log(`FOUND (${input.length} bytes): ${why}\n`);
console.log(
  `${name}: ${inputs} inputs in ${seconds} s, ${functions} functions reached, ${grown.length} inputs ran something new, seed ${seed}`,
);
console.log(findings.length === 0 ? 'nothing found' : `${findings.length} found, kept in ${FINDINGS}`);
process.exit(findings.length === 0 ? 0 : 1);
