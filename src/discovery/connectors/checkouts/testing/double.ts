import { mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { Double, Plan, Running } from '../../../testing/double.ts';
import { FOLDER, READ } from '../operations.ts';
import { STATE_MAX_BYTES } from '../state-document.ts';

const PER_FILE = 100;
const HIT = 'part-0001.tfstate';

/** As the state file of version 4 has it. */
const password = (index: number, name: string) => ({
  mode: 'managed',
  type: 'random_password',
  name,
  provider: 'provider["registry.example/random"]',
  instances: [
    {
      schema_version: 0,
      attributes: { id: 'none', length: 16, result: `made-up-${index}` },
    },
  ],
});

const stateText = (resources: unknown[]): string =>
  JSON.stringify({ version: 4, terraform_version: '1.9.0', serial: 1, lineage: 'a', outputs: {}, resources });

function textOf(at: number, { items, name }: Plan, broken: boolean): string {
  const count = Math.min(PER_FILE, items - at);
  const resources: object[] = Array.from({ length: count }, (_, index) =>
    password(at + index, name(at + index)),
  );
  if (broken) resources[0] = { ...resources[0], module: 7 };
  return stateText(resources);
}

function hit(path: string, text: string, fault: Plan['fault']): void {
  if (fault === 'cut-page') writeFileSync(path, text.slice(0, text.length / 2));
  if (fault === 'invalid-answer') writeFileSync(path, '{"no": "state"}');
  // Sparse: nobody has to write it.
  if (fault === 'forbidden-part') truncateSync(path, STATE_MAX_BYTES + 1);
}

/** One repository without a commit, whose states hold so many passwords each; the last holds none, as an empty last page does. */
function write(folder: string, plan: Plan): void {
  rmSync(folder, { recursive: true, force: true });
  for (const part of ['objects', 'refs']) mkdirSync(join(folder, 'infra', '.git', part), { recursive: true });
  writeFileSync(join(folder, 'infra', '.git', 'HEAD'), 'ref: refs/heads/main\n');
  for (let at = 0; at < plan.items; at += PER_FILE) {
    const name = `part-${String(at / PER_FILE).padStart(4, '0')}.tfstate`;
    const path = join(folder, 'infra', name);
    const text = textOf(at, plan, plan.fault === 'broken-item' && name === HIT);
    writeFileSync(path, text);
    if (name === HIT) hit(path, text, plan.fault);
  }
  writeFileSync(join(folder, 'infra', 'z-empty.tfstate'), stateText([]));
}

async function start(t: TestContext, plan: Plan): Promise<Running> {
  const base = mkdtempSync(join(tmpdir(), 'checkouts-double-'));
  const folder = join(base, 'code');
  const fail = () =>
    plan.fault === 'not-found' ? rmSync(folder, { recursive: true, force: true }) : write(folder, plan);
  fail();
  const stop = async () => rmSync(base, { recursive: true, force: true });
  t.after(stop);
  return {
    settings: { folders: [folder] },
    secrets: {},
    // Files keep no account of who reads them.
    asked: () => [READ, FOLDER],
    heal: () => write(folder, { ...plan, fault: 'none' }),
    fail,
    stop,
  };
}

const NO_PROVIDER = 'files on this host are read: nobody answers';

export const double: Double = {
  listing: 'state',
  start,
  not: {
    unauthorized: 'no credential is asked for',
    'too-many-with-retry-after': NO_PROVIDER,
    'too-many-without-retry-after': NO_PROVIDER,
    'too-many-for-good': NO_PROVIDER,
    'error-then-good': NO_PROVIDER,
    'repeated-page': 'each path is read once',
    'connection-cut': NO_PROVIDER,
    'clock-off': NO_PROVIDER,
    'count-disagrees': 'a state counts nothing',
    slow: NO_PROVIDER,
  },
};
