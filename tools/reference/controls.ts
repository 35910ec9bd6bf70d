import { CONTROLS, type Control, NOT_YET, TESTED } from '#verifier';
import { code, page, table } from './markdown.ts';

const FRAMEWORKS: ReadonlyArray<[string, (control: Control) => readonly string[]]> = [
  ['AICPA TSC 2017 (2022)', ({ tsc }) => tsc],
  ['ISO/IEC 27001:2022 Annex A', ({ iso27001 }) => iso27001],
  ['NIST SP 800-53 r5', ({ nist80053 }) => nist80053],
  ['PCI DSS 4.0.1', ({ pci }) => pci],
  ['GDPR', ({ gdpr }) => gdpr],
  ['OWASP NHI Top 10 2025', ({ owaspNhi }) => owaspNhi],
];

function testedOrWhyNot({ id }: Control): string {
  if (TESTED.includes(id)) return 'Tested.';
  const why = NOT_YET[id];
  if (why === undefined) throw new Error(`${id} is not tested, and nothing says why`);
  return `Not tested, so its verdict is NOT_EVALUABLE: ${why}.`;
}

function sectionOf(control: Control): string {
  const { id, title, statement, kind, frequency, lane, test, artefacts } = control;
  const named = FRAMEWORKS.map(([name, of]) => [name, of(control).join(', ')]).filter(
    ([, ids]) => ids !== '',
  );
  return [
    `### ${id} ${title}`,
    statement,
    testedOrWhyNot(control),
    `How it is computed: ${test}.`,
    table(
      ['', ''],
      [
        ['kind', kind],
        ['frequency', frequency],
        ['lane', lane],
        ...named,
        ['artefacts', artefacts.join('; ')],
      ],
    ),
  ].join('\n\n');
}

export function controlsPage(): string {
  const rows = CONTROLS.map(({ id, title }) => [code(id), title, TESTED.includes(id) ? 'yes' : 'no']);
  return page(
    'Controls',
    `${CONTROLS.length} controls in our own words; criteria of other frameworks are named by their identifiers only. ${TESTED.length} are computed from the log; each of the others says what it would take.`,
    table(['control', 'title', 'tested'], rows),
    '## Each control',
    ...CONTROLS.map(sectionOf),
  );
}
