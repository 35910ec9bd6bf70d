/** Sweeps the made-up estate twice, in a process of its own: `sweep.ts DATABASE_URL PROVIDER_BASE FOLDER`; prints JSON. */
import { readConfig } from '../../src/config.ts';
import { createDiscovery } from '../../src/discovery/index.ts';
import { openHouse } from '../../src/house.ts';
import { source } from './source.ts';

const NAME = 'estate';
const MIB = 1024;

export interface SweepTold {
  milliseconds: number;
  /** From the provider's last answer to the record of the sweep. */
  reconciliation: number;
  items: number;
  differences: { new: number; changed: number; gone: number };
  verdict: string;
  /** Peak of resident memory so far, MiB. */
  peak: number;
}

const [databaseUrl, base = '', data] = process.argv.slice(2);
const flags = { data, databaseUrl, sweep: false, logLevel: 'silent' };
const house = await openHouse(readConfig({ environment: {}, flags }));
const { database, log, clock, seal, keys } = house;
const fingerprintKey = await keys.secret('discovery');
const discovery = createDiscovery({ database, log, clock, seal, fingerprintKey, types: [source] });

async function sweep(): Promise<SweepTold> {
  const began = Date.now();
  const [result] = await discovery.sweep(NAME, 'sys');
  const ended = Date.now();
  if (result === undefined) throw new Error('nothing was swept');
  const { last } = (await (await fetch(`${base}/told`)).json()) as { last: number };
  const { items, differences, verdict } = result;
  return {
    ...{ milliseconds: ended - began, reconciliation: ended - last, items, differences, verdict },
    peak: Math.round(process.resourceUsage().maxRSS / MIB),
  };
}

const request = { source: NAME, type: source.type, settings: { base }, secrets: {}, everySeconds: null };
await discovery.configure(request, 'sys');
const told = { first: await sweep(), second: await sweep() };
await house.close();
process.stdout.write(JSON.stringify(told), () => process.exit(0));
