import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Cell, Verdict } from '#verifier';
import { verifierScript } from './script.ts';
import type { ControlSummary, Summary, Table } from './summary.ts';

const STYLE = readFileSync(join(import.meta.dirname, 'style.css'), 'utf8');

const ENTITIES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Nothing that somebody named or wrote is read as markup, and no control character reaches the page. */
const text = (cell: Cell): string =>
  String(cell ?? '')
    .toWellFormed()
    .replaceAll(/[^\P{C}\n]/gu, ' ')
    .replaceAll(/[&<>"']/g, (character) => ENTITIES[character] ?? '');

/** Our own sentences name commands in backticks. */
const sentence = (own: string): string => text(own).replaceAll(/`([^`]+)`/g, '<code>$1</code>');

const hashOf = (content: string): string =>
  `'sha256-${createHash('sha256').update(content).digest('base64')}'`;

const verdict = (value: Verdict): string =>
  `<span class="verdict ${value}">${value.replaceAll('_', ' ')}</span>`;

function grid(caption: string, header: string[], rows: string[][]): string {
  const head = header.map((name) => `<th scope="col">${text(name)}</th>`).join('');
  const body = rows.map((cells) => `<tr>${cells.map((cell) => `<td>${cell}</td>`).join('')}</tr>`).join('\n');
  return `<div class="scroll" tabindex="0" role="region" aria-label="${text(caption)}"><table>
<caption>${text(caption)}</caption>
<thead><tr>${head}</tr></thead>
<tbody>
${body}
</tbody></table></div>`;
}

function answer({ question, file, header, rows, total }: Table): string {
  const caption =
    total > rows.length
      ? `The first ${rows.length} of ${total}; all are in ${file}`
      : `All ${total}; also in ${file}`;
  const table =
    total === 0
      ? `<p>None in the period. <code>${text(file)}</code> is empty; its query is beside it.</p>`
      : grid(
          caption,
          header.map((name) => name.replaceAll('_', ' ')),
          rows.map((cells) => cells.map(text)),
        );
  return `<h3>${text(question)}</h3>\n${table}`;
}

function exceptionsOf({ exceptions }: ControlSummary): string {
  const items = exceptions.map(({ exception, subject, owner, until, compensating, void: why, covers }) => {
    const use =
      why === ''
        ? covers
          ? 'covers a departure'
          : 'covers nothing in the period'
        : `counts for nothing: ${why}`;
    return `<li>exception ${text(`${exception} for ${subject}, owned by ${owner}, until ${until}, ${use}; instead: ${compensating}`)}</li>`;
  });
  return items.length === 0 ? '' : `<ul aria-label="exceptions">${items.join('')}</ul>`;
}

function controlPart(summary: ControlSummary): string {
  const { control, title, statement, tsc, verdict: value, clauses } = summary;
  const rows = clauses.map((each) => [
    verdict(each.verdict),
    text(each.clause),
    String(each.population),
    `${text(each.why)}${deviations(each.deviations)}`,
  ]);
  return `<section aria-labelledby="${control}">
<h3 id="${control}">${control} ${text(title)}: ${verdict(value)}</h3>
<p>${text(statement)} <span class="quiet">${text(tsc.join(', '))}</span></p>
${grid(`${control}: every item is in tests/${control}.jsonl`, ['verdict', 'clause', 'population', 'why'], rows)}
${exceptionsOf(summary)}</section>`;
}

const DEVIATIONS_MAX = 20;

function deviations(all: string[]): string {
  if (all.length === 0) return '';
  const more = all.length > DEVIATIONS_MAX ? [`and ${all.length - DEVIATIONS_MAX} more`] : [];
  const items = [...all.slice(0, DEVIATIONS_MAX), ...more].map((each) => `<li>${text(each)}</li>`);
  return `<ul aria-label="deviations">${items.join('')}</ul>`;
}

const head = (title: string, script: string): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src ${hashOf(STYLE)}; script-src ${hashOf(script)}; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${text(title)}</title>
<style>${STYLE}</style>
</head>`;

const selfCheck = `<form id="self-check" class="panel" hidden>
<p>The verifier that came with this page can look at the package. That is a <strong>self-check</strong>: a forged package would
bring a verifier that likes it. To rely on the result, use the verifier from a source that you trust, with the log’s key as you were told it.</p>
<p><label for="package">Package file</label> <input type="file" id="package" accept=".zip,application/zip"></p>
<p id="status" role="status"></p>
<pre id="report" tabindex="0" aria-label="report of the self-check"></pre>
</form>
<noscript><p>Without scripts this page shows everything but the self-check.</p></noscript>`;

function opening({ period, origin, verifierKey, entries, withheld, limits }: Summary): string {
  const partial = withheld.bodies > 0 || withheld.personal;
  return `<h1>Evidence about non-human identities</h1>
<p>${text(period.from)} to ${text(period.to)} (the end is not in it), by the time at which each fact was recorded.
Log <code>${text(origin)}</code>, entries ${entries.first} to ${entries.last}.</p>
<p>This is management monitoring. Every table and verdict follows from the entries in the package, and the verifier computes them again.</p>
${partial ? `<p><strong>PARTIAL:</strong> ${withheld.bodies} entry bodies are withheld${withheld.personal ? ', and no personal values are handed over' : ''}. What rests on them is not evaluable.</p>` : ''}
<h2>What this package cannot show</h2>
<ul>
${limits.map((limit) => `<li>${sentence(limit)}</li>`).join('\n')}
</ul>
<h2>How to check it</h2>
<pre>node muniment-verify.mjs package.zip --key '${text(verifierKey)}'</pre>
${selfCheck}`;
}

function verdicts({ counts, controls }: Summary): string {
  const tallied = Object.entries(counts).map(([value, count]) => `${count} ${verdict(value as Verdict)}`);
  const untested = controls.filter(({ tested }) => !tested);
  const rows = untested.map(({ control, title, clauses }) => [
    control,
    text(title),
    text(clauses[0]?.why ?? ''),
  ]);
  return `<h2>Verdicts</h2>
<p>${tallied.join(', ')}. What is not evaluable never counts as a pass.</p>
${controls
  .filter(({ tested }) => tested)
  .map(controlPart)
  .join('\n')}
<h2>What could not be evaluated, and why</h2>
${grid('Controls without a test yet, and what it would take', ['control', 'title', 'what is missing'], rows)}`;
}

/** `index.html`: one file that opens anywhere, asks no network, and lets nothing run but the script whose hash it names. */
export function renderHtml(summary: Summary): string {
  const script = verifierScript();
  const files = summary.files.map(({ file, question, rows }) => [
    `<code>${text(file)}</code>`,
    text(question),
    String(rows),
  ]);
  return `${head(`Evidence ${summary.period.from} to ${summary.period.to}`, script)}
<body>
<main>
${opening(summary)}
${verdicts(summary)}
<h2>Answers</h2>
${summary.tables.map(answer).join('\n')}
<h2>Where everything is</h2>
${grid('Tables of this package', ['file', 'answers', 'rows'], files)}
</main>
<script type="module">${script}</script>
</body>
</html>
`;
}
