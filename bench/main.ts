/** `npm run bench [-- NAME…] [--json FILE] [--against FILE]`. */
import { readFileSync, writeFileSync } from 'node:fs';
import { agent } from './agent.ts';
import { decisions } from './decisions.ts';
import { estate } from './estate.ts';
import { growth } from './growth.ts';
import { issuance } from './issuance.ts';
import { ledger } from './ledger.ts';
import { lock } from './lock.ts';
import { type Figure, line, machine, signaturesPerSecond } from './measure.ts';
import { packages } from './package.ts';
import { restart } from './restart.ts';
import { start } from './start.ts';

const BENCHES: Record<string, (signatures: number) => Promise<Figure[]>> = {
  agent,
  decisions,
  estate,
  growth,
  issuance,
  ledger,
  lock,
  package: packages,
  restart,
  start,
};

const args = process.argv.slice(2);
const option = (name: string): string | undefined =>
  args.includes(name) ? args.splice(args.indexOf(name), 2)[1] : undefined;
const json = option('--json');
const against = option('--against');
const unknown = args.find((name) => !(name in BENCHES));
if (unknown !== undefined) {
  console.error(`bench: there is no \`${unknown}\`; there are ${Object.keys(BENCHES).join(', ')}`);
  process.exit(2);
}

/** Figures of an earlier run that was kept with `--json`, by name. */
const before = new Map<string, Figure>(
  against === undefined
    ? []
    : (JSON.parse(readFileSync(against, 'utf8')).figures as Figure[]).map((figure) => [figure.name, figure]),
);

console.log(machine());
const signatures = signaturesPerSecond();
const all: Figure[] = [{ name: 'bare P-256 signatures, one core', perSecond: signatures }];
console.log(
  `\n${'figure'.padEnd(52)} ${'a second'.padStart(9)} ${'p50 ms'.padStart(8)} ${'p99 ms'.padStart(8)}`,
);
console.log(line(all[0] as Figure));
for (const [name, bench] of Object.entries(BENCHES)) {
  if (args.length > 0 && !args.includes(name)) continue;
  for (const figure of await bench(signatures)) {
    all.push(figure);
    console.log(line(figure, before.get(figure.name)));
  }
}
if (json !== undefined)
  writeFileSync(
    json,
    `${JSON.stringify({ machine: machine(), at: new Date().toISOString(), figures: all }, null, 2)}\n`,
  );
process.exit(0);
