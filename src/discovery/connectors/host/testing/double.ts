import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { Double, FaultCase, Plan, Running } from '../../../testing/double.ts';

const FIRST_UID = 2_000;
/** As long a name as 10,000 of them still fit into a file that is read. */
const NAME_MAX_CHARACTERS = 200;

/** An account's name holds neither a colon nor the end of a line: those are the file's own. */
const nameOf = (plan: Plan, at: number): string =>
  `${plan
    .name(at)
    .slice(0, NAME_MAX_CHARACTERS)
    .replaceAll(/[:\n\r\0]/g, '_')}${at}`;

const passwd = (plan: Plan): string =>
  Array.from(
    { length: plan.items },
    (_, at) => `${nameOf(plan, at)}:x:${FIRST_UID + at}:2000::/nonexistent:/usr/sbin/nologin\n`,
  ).join('');

/** What stands in the way below `/etc`: whoever runs as root may read every file, but follows no link and reads no folder as a file. */
const FAULTS: Partial<Record<FaultCase, (etc: string) => void>> = {
  'forbidden-part': (etc) => symlinkSync('shadow', join(etc, 'shadow')),
  'not-found': (etc) => rmSync(join(etc, 'passwd')),
  'connection-cut': (etc) => {
    rmSync(join(etc, 'passwd'));
    mkdirSync(join(etc, 'passwd'));
  },
};

async function start(t: TestContext, plan: Plan): Promise<Running> {
  const root = mkdtempSync(join(tmpdir(), 'host-double-'));
  const etc = join(root, 'etc');
  const furnish = (fault: FaultCase): void => {
    rmSync(etc, { recursive: true, force: true });
    mkdirSync(etc);
    writeFileSync(join(etc, 'passwd'), passwd(plan));
    FAULTS[fault]?.(etc);
  };
  furnish(plan.fault);
  const stop = async () => rmSync(root, { recursive: true, force: true });
  t.after(stop);
  return {
    settings: { root, name: 'double', sweepRoots: [] },
    secrets: {},
    // Files keep no account of who reads them.
    asked: () => ['read accounts'],
    heal: () => furnish('none'),
    fail: () => furnish(plan.fault),
    stop,
  };
}

const NO_PROVIDER = 'files of this host are read: nobody answers';
const NO_PAGES = 'a file is read once, from its beginning';

export const double: Double = {
  listing: 'accounts',
  start,
  not: {
    unauthorized: 'no credential is asked for',
    'too-many-with-retry-after': NO_PROVIDER,
    'too-many-without-retry-after': NO_PROVIDER,
    'too-many-for-good': NO_PROVIDER,
    'error-then-good': NO_PROVIDER,
    'repeated-page': NO_PAGES,
    'cut-page': NO_PAGES,
    'empty-last-page': NO_PAGES,
    'invalid-answer': 'a line of accounts that is none is passed over by every program that reads them',
    'broken-item': 'a line of accounts that is none is passed over by every program that reads them',
    'clock-off': NO_PROVIDER,
    'count-disagrees': 'a file gives no count',
    slow: NO_PROVIDER,
  },
};
