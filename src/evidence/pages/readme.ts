import type { ExceptionTold } from '#verifier';
import { plain, row } from './markdown.ts';
import type { ControlSummary, Summary, Table } from './summary.ts';

function tableText({ question, file, header, rows, total }: Table): string[] {
  const cut =
    total > rows.length
      ? `The first ${rows.length} of ${total}; all are in \`${file}\`.`
      : `All ${total}; also in \`${file}\`.`;
  if (total === 0)
    return [
      `### ${question}`,
      '',
      `None in the period (\`${file}\` is empty, and its query is beside it).`,
      '',
    ];
  return [
    `### ${question}`,
    '',
    cut,
    '',
    row(header),
    `|${' --- |'.repeat(header.length)}`,
    ...rows.map(row),
    '',
  ];
}

const evaluated = ({ controls }: Summary): ControlSummary[] => controls.filter(({ tested }) => tested);

function exceptionText({
  exception,
  subject,
  owner,
  until,
  compensating,
  covers,
  void: why,
}: ExceptionTold): string {
  const use =
    why === ''
      ? covers
        ? 'covers a departure'
        : 'covers nothing in the period'
      : `counts for nothing: ${why}`;
  return `- exception \`${exception}\` for ${plain(subject)}, owned by ${owner}, until ${until}, ${plain(use)}; instead: ${plain(compensating)}`;
}

function controlText({
  control,
  title,
  statement,
  tsc,
  verdict,
  clauses,
  counts,
  exceptions,
}: ControlSummary): string[] {
  const lines = clauses.flatMap((each) => [
    `- **${each.verdict}** ${plain(each.clause)} (population ${each.population}): ${plain(each.why)}`,
    ...each.deviations.slice(0, 20).map((deviation) => `  - deviation: ${plain(deviation)}`),
    ...(each.deviations.length > 20 ? [`  - and ${each.deviations.length - 20} more`] : []),
  ]);
  return [
    `### ${control} ${title}: ${verdict}`,
    '',
    `${statement} (${tsc.join(', ')}; ${counts.members} items, ${counts.exceptions} of them under an exception, every one of them in \`tests/${control}.jsonl\`)`,
    '',
    ...lines,
    ...exceptions.map(exceptionText),
    '',
  ];
}

const notYet = ({ controls }: Summary): string[] =>
  controls
    .filter(({ tested }) => !tested)
    .map(
      ({ control, title, clauses }) => `| ${control} | ${plain(title)} | ${plain(clauses[0]?.why ?? '')} |`,
    );

function withheldText({ withheld }: Summary): string {
  const parts = [
    withheld.bodies > 0 ? `${withheld.bodies} entry bodies are withheld; \`manifest.json\` lists them` : '',
    withheld.personal ? 'no personal values are handed over: names appear as commitments' : '',
  ].filter((part) => part !== '');
  return parts.length === 0
    ? 'No entry body is withheld. Personal values that were erased, or withheld one by one, are listed in `manifest.json`.'
    : `PARTIAL: ${parts.join('; ')}. What rests on them is NOT_EVALUABLE.`;
}

/** `README-auditor.md`: what an auditor who never saw Muniment reads first. */
export function renderReadme(summary: Summary): string {
  const { period, origin, verifierKey, entries, counts, limits, files, tables } = summary;
  const tallied = Object.entries(counts).map(([verdict, count]) => `${count} ${verdict}`);
  return `${[
    '# Evidence about non-human identities',
    '',
    `Period: ${period.from} to ${period.to} (the end is not in it), by the time at which each fact was recorded.`,
    `Log: \`${origin}\`, entries ${entries.first} to ${entries.last} (${entries.count}).`,
    '',
    'This package is management monitoring of machine identities by Muniment, a control plane that records every decision in',
    'one append-only log before it takes effect. The package holds the entries themselves; every table and every verdict in it',
    'follows from them, and the verifier computes them again.',
    '',
    withheldText(summary),
    '',
    '## What this package cannot show',
    '',
    ...limits.map((limit) => `- ${limit}`),
    '',
    '## How to check it, without a network and without the server',
    '',
    'You need the one-file verifier, `muniment-verify.mjs`, from a source that you trust and not from whoever gave you the package,',
    'and the log’s key, told to you by another way than this package:',
    '',
    '```',
    `node muniment-verify.mjs package.zip --key '${verifierKey}'`,
    '```',
    '',
    'It exits with 0 if everything holds, with 1 if anything does not, and says what. `--since CHECKPOINT` with a checkpoint that',
    'you kept (the file `checkpoint` of an earlier package) shows that the log was continued and not rewritten. `index.html` holds',
    'the same verifier; run from inside the package it is a self-check and no more. The key above is the one that this package',
    'names: compare it with the one that you were told.',
    '',
    '## Verdicts',
    '',
    `${tallied.join(', ')}. PASS: the records show it. FAIL: they show otherwise. NOT_EVALUABLE: something needed is not on record;`,
    'it never counts as a pass. NOT_OCCURRING: nothing happened that it could apply to; the query is beside the empty table.',
    '',
    ...evaluated(summary).flatMap(controlText),
    '## Controls that could not be evaluated, and why',
    '',
    '| control | title | what is missing |',
    '| --- | --- | --- |',
    ...notYet(summary),
    '',
    '## Answers',
    '',
    ...tables.flatMap(tableText),
    '## Where everything is',
    '',
    '| file | answers | rows |',
    '| --- | --- | --- |',
    ...files.map(({ file, question, rows }) => `| ${file} | ${plain(question)} | ${rows} |`),
    '',
    'Each `populations/NAME.csv` has a `NAME.query.json` that says what was asked and what every column means. `tests/` has one',
    'file per control: its result, then every item with its verdict. `log/` and `bodies/` hold the entries, `opening.json` and',
    '`closing.json` the state before and after, `carried/` older entries that explain it, `openings/` the personal values behind',
    'commitments, `manifest.json` the hash of every file under the log’s signature.',
  ].join('\n')}\n`;
}
