import { CHECKS, type Problem, type Report } from './report.ts';

const OUTCOMES = {
  HOLDS: 'everything holds',
  PARTIAL: 'PARTIAL: everything that is there holds, and something is withheld',
  BROKEN: 'DOES NOT HOLD',
} as const;

const LISTED_MAX = 50;

function listed(title: string, items: Problem[]): string[] {
  if (items.length === 0) return [];
  const lines = items
    .slice(0, LISTED_MAX)
    .map(({ where, message }) => `  ${where === '' ? '' : `${where}: `}${message}`);
  const more =
    items.length > LISTED_MAX ? [`  and ${items.length - LISTED_MAX} more (--json lists them all)`] : [];
  return ['', title, ...lines, ...more];
}

function pinning({ pinnedBy }: Report): string[] {
  if (pinnedBy !== null) return [];
  return [
    '',
    'ORIGIN NOT PINNED: nothing ties the key in this package to the log that you know.',
    '  Anyone could have made a log like this. Give --key with the key you were told, or --since with a checkpoint you kept.',
  ];
}

function factLines({ facts }: Report): string[] {
  const { origin, logKey, period, range, size, withheld } = facts;
  if (!origin || !period || !range) return [];
  const lines = [
    `log      ${origin}`,
    `key      ${logKey}`,
    `period   ${period.from} to ${period.to}`,
    `entries  ${range.first} to ${range.last - 1}${size === undefined ? '' : ` of ${size}`}`,
  ];
  const { bodies = [], openings = 0, pages = 0 } = withheld ?? {};
  if (bodies.length + openings + pages > 0)
    lines.push(`withheld ${bodies.length} bodies, ${openings} openings, ${pages} pages`);
  for (const { index, origin, size, kept } of facts.continued ?? []) {
    const lost = Math.max(0, size - kept);
    lines.push(`BREAK    entry ${index}: goes on from ${origin}, ${lost} entries of it are lost`);
  }
  return [...lines, ''];
}

/** Says so where nobody but the log vouches for the checkpoint. */
function witnessLines({ facts: { witnesses } }: Report): string[] {
  if (witnesses === undefined) return [];
  const { given, unchecked } = witnesses;
  const told = given.map(({ name, cosigned }) =>
    cosigned === null ? `  ${name}: did not cosign` : `  ${name}: cosigned at ${cosigned}`,
  );
  if (given.length > 0) return ['', 'witnesses:', ...told];
  if (unchecked.length === 0) return ['', 'witnesses: none cosigned the checkpoint'];
  const claimed = `${unchecked.length} signatures claim to be theirs (${unchecked.join(', ')})`;
  return ['', `witnesses: none checked; ${claimed}. Give --witness with the keys you were told.`];
}

function verdictLines({ facts }: Report): string[] {
  if (!facts.controls) return [];
  const counts = new Map<string, number>();
  for (const { verdict } of facts.controls) counts.set(verdict, (counts.get(verdict) ?? 0) + 1);
  return ['', `controls: ${[...counts].map(([verdict, count]) => `${count} ${verdict}`).join(', ')}`];
}

/** Nothing from a package reaches a terminal as a control sequence. */
const printable = (text: string): string => text.replaceAll(/[^\P{C}\n]/gu, '?');

/** A report for people, ending with a line feed. */
export function formatReport(report: Report): string {
  const checks = report.checks.map(({ check, outcome, detail }) => {
    return `${outcome.padEnd(13)} ${CHECKS[check]}${detail === '' ? '' : ` (${detail})`}`;
  });
  const lines = [
    ...factLines(report),
    ...checks,
    ...listed('what does not hold:', report.problems),
    ...listed('what cannot be told:', report.unknown),
    ...witnessLines(report),
    ...verdictLines(report),
    ...pinning(report),
    '',
    OUTCOMES[report.outcome],
  ];
  return printable(`${lines.join('\n')}\n`);
}
