import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { Double, FaultCase, Plan, Running } from '../../../testing/double.ts';
import { READ } from '../mapping.ts';

export const mappingText = (rows: number, complete = true): string => `class: credential
naturalId: token/{id}
label: '{name}'
attributes:
  kind: { constant: imported-token }
  expires: { column: ends, emptyIsNone: true }
  owner: mail
personal: [mail]
claim: { system: old registry, madeBy: anna@company.example, madeAt: 2026-11-01, rows: ${rows}, complete: ${complete}, how: exported by its administrator }
`;

const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`;

function csv({ items, name }: Plan, fault: FaultCase): string {
  const rows = Array.from(
    { length: items },
    (_, at) =>
      `${at},${quoted(name(at))},${fault === 'broken-item' && at === 1 ? 'soon' : '2027-01-31'},o${at}@company.example\n`,
  );
  const text = `id,name,ends,mail\n${rows.join('')}`;
  if (fault === 'cut-page') return text.slice(0, text.lastIndexOf(','));
  return fault === 'invalid-answer' ? `${text}"not closed` : text;
}

async function start(t: TestContext, plan: Plan): Promise<Running> {
  const folder = mkdtempSync(join(tmpdir(), 'import-double-'));
  const [file, mapping] = [join(folder, 'rows.csv'), join(folder, 'mapping.yaml')];
  const put = (fault: FaultCase): void => {
    rmSync(file, { recursive: true, force: true });
    writeFileSync(
      mapping,
      mappingText(fault === 'count-disagrees' ? plan.items + 1 : plan.items, fault !== 'forbidden-part'),
    );
    // Who runs as root may read every file, but nobody reads a folder as one.
    if (fault === 'connection-cut') mkdirSync(file);
    else if (fault !== 'not-found') writeFileSync(file, csv(plan, fault));
  };
  put(plan.fault);
  const stop = async () => rmSync(folder, { recursive: true, force: true });
  t.after(stop);
  return {
    settings: { file, mapping },
    secrets: {},
    // Files keep no account of who reads them.
    asked: () => [READ],
    heal: () => put('none'),
    fail: () => put(plan.fault),
    stop,
  };
}

const NO_PROVIDER = 'a file on this host is read: nobody answers';

/** `forbidden-part` is a file that claims to be a part; `connection-cut` a folder in the place of the file. */
export const double: Double = {
  listing: 'rows',
  start,
  not: {
    unauthorized: 'no credential is asked for',
    'too-many-with-retry-after': NO_PROVIDER,
    'too-many-without-retry-after': NO_PROVIDER,
    'too-many-for-good': NO_PROVIDER,
    'error-then-good': NO_PROVIDER,
    'repeated-page': 'a file is read once, from its beginning',
    'empty-last-page': 'a file has no pages of its own',
    'clock-off': NO_PROVIDER,
    slow: NO_PROVIDER,
  },
};
