import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { canonicalize } from '../canonical.ts';
import {
  day,
  except,
  grant,
  house,
  lock,
  probes,
  refuse,
  rotate,
  rotation,
  type Story,
  sweep,
} from '../tests/testing/synthetic.ts';
import { encodeRow } from './csv.ts';
import { populations } from './index.ts';

/** A reader of its own, so that the writer is not judged by itself. */
function parseCsv(text: string): string[][] {
  const rows: string[][] = [[]];
  const token = /("(?:[^"]|"")*"|[^,\n"]*)([,\n])/y;
  for (let match = token.exec(text); match !== null; match = token.exec(text)) {
    const [, cell = '', end] = match;
    rows.at(-1)?.push(cell.startsWith('"') ? cell.slice(1, -1).replaceAll('""', '"') : cell);
    if (end === '\n') rows.push([]);
  }
  assert.deepEqual(rows.pop(), []);
  return rows;
}

/** As a table keyed by column. */
function read(name: string, story: Story): Array<Record<string, string>> {
  const [header = [], ...rows] = parseCsv([...(populations[name]?.(story.input()).lines() ?? [])].join(''));
  return rows.map((cells) => Object.fromEntries(header.map((column, i) => [column, cells[i] ?? ''])));
}

function busy(): Story {
  const story = house().at(101);
  sweep(story);
  grant(story);
  grant(story, { type: 'jwt-svid' });
  refuse(story);
  lock(story);
  story.add('probe.recorded', 'lok_1', { lock: 'lok_1', probes: probes() });
  return story;
}

test('every population has the rows that its query says, and a meaning for every column', () => {
  for (const [name, make] of Object.entries(populations)) {
    const { lines, query } = make(busy().input());
    const [header, ...rows] = parseCsv([...lines()].join(''));
    assert.equal(rows.length, query.rows, name);
    assert.deepEqual(
      header,
      query.columns.map((column) => column.name),
      name,
    );
    for (const { meaning } of query.columns) assert.ok(meaning.length > 0, name);
    for (const row of rows) assert.equal(row.length, header?.length, name);
    assert.equal(query.population, name);
  }
});

test('the same entries give the same bytes', () => {
  const story = busy();
  for (const [name, make] of Object.entries(populations)) {
    const [once, again] = [make(story.input()), make(structuredClone(story.input()))];
    assert.deepEqual([...once.lines()], [...again.lines()], name);
    assert.equal(canonicalize(once.query), canonicalize(again.query), name);
  }
});

test('identities say whose they are, who approved them and what they may do', () => {
  const [row] = read('identities', busy());
  assert.equal(row?.identity, 'idn_pay');
  assert.equal(row?.owner_name, 'per_ada');
  assert.equal(row?.approvers, 'per_ben');
  assert.equal(row?.requester, 'per_ada');
  assert.equal(row?.credentials_granted, '2');
  assert.match(row?.states ?? '', /^requested \[2026-04-11T00:00:00.000Z, 2026-05-11T00:00:00.000Z\)$/);
});

test('credentials are named as the credential itself names them', () => {
  const story = busy();
  const [certificate, token] = read('credentials', story);
  const entry = Number(certificate?.entry);
  assert.equal(certificate?.named?.slice(0, 16), `01${entry.toString(16).padStart(14, '0')}`);
  assert.equal(certificate?.named?.length, 40);
  assert.match(token?.named ?? '', new RegExp(`^${entry + 1}\\.[0-9a-f]{64}$`));
});

test('locks say what they killed and when it was dead', () => {
  const story = busy();
  const [row] = read('locks', story);
  const [first] = read('credentials', story);
  assert.equal(row?.credentials, `${first?.entry}; ${Number(first?.entry) + 1}`);
  assert.equal(row?.slowest_refusal_ms, '120');
  assert.equal(row?.refused, '4');
  assert.equal(
    read('probes', story)[0]?.dead_at,
    new Date(Date.parse(row?.placed ?? '') + 120).toISOString(),
  );
});

test('exceptions say whose they are, who approved them, and that they lapse', () => {
  const story = except(house(), { control: 'NHI-AUT-02', subject: 'obs_token', until: day(120) });
  const [row] = read('exceptions', story);
  assert.deepEqual(
    [row?.control, row?.subject, row?.owner_name, row?.approvers, row?.until, row?.lapsed],
    ['NHI-AUT-02', 'obs_token', 'per_ada', 'per_ben', day(120), 'true'],
  );
});

test('control owners list the holes first, and everything that is asked about', () => {
  const story = house();
  const after = { covers: 'denial-kind', target: 'locked', owner: 'per_ada', reviewer: 'per_ben' } as const;
  story.change('chg_cow', { kind: 'ControlOwner', id: 'cow_1', after });
  const rows = read('control-owners', story);
  assert.equal(rows.filter(({ hole }) => hole === 'true').length, rows.length - 1);
  assert.deepEqual(
    [rows.at(-1)?.target, rows.at(-1)?.owner_name, rows.at(-1)?.reviewer],
    ['locked', 'per_ada', 'per_ben'],
  );
  assert.equal(rows.find(({ target }) => target === 'tru_pay')?.target_name, 'pay');
  for (const covers of ['access-path', 'issuance-rule', 'denial-kind', 'change-kind'])
    assert.ok(
      rows.some((row) => row.covers === covers),
      covers,
    );
});

test('a rotation run is told phase by phase', () => {
  const story = rotation(house()).at(101);
  const [row] = read('rotation-runs', rotate(story));
  assert.deepEqual([row?.outcome, row?.old, row?.new], ['completed', 'aa', 'bb']);
  assert.match(row?.phases ?? '', /^started .*; seen .*; refused .*; completed /);
});

test('a withheld body leaves its row, with the leaf in sight and nothing else', () => {
  const story = busy().withhold('credential.refused');
  const [row] = read('refusals', story);
  assert.equal(row?.body, 'withheld');
  assert.equal(row?.kind, 'credential.refused');
  assert.equal(row?.attested, '');
  assert.equal(populations.refusals?.(story.input()).query.withheld, 1);
});

test('a name that is not handed over stays a commitment', () => {
  const story = busy();
  story.openings.clear();
  for (const row of read('people', story)) assert.match(row.display_name ?? '', /^commitment:[0-9a-f]{64}$/);
});

const formulas = [
  '=1+1',
  '+1',
  '-1',
  '@SUM(A1)',
  '\t=1',
  '\r=1',
  '\n=1',
  ' =1',
  '\u00a0=1',
  '\u200b=1',
  '＝1',
  '=cmd|"/c calc"!A0',
];

for (const text of formulas) {
  test(`${JSON.stringify(text)} in a name is no formula in a cell`, () => {
    const story = busy();
    story.at(102).identity('idn_evil', { purpose: text });
    const cell = read('identities', story).find(({ identity }) => identity === 'idn_evil')?.purpose;
    assert.equal(cell, `'${text}`);
  });
}

test('any text comes back from its cell, but for the apostrophe that guards it', () => {
  fc.assert(
    fc.property(
      fc.array(fc.array(fc.string({ unit: 'grapheme' }), { minLength: 2, maxLength: 2 })),
      (rows) => {
        const [, ...cells] = parseCsv([['a', 'b'], ...rows].map(encodeRow).join(''));
        assert.deepEqual(
          cells.map((row) => row.map((cell) => cell.replace(/^'/, ''))),
          rows.map((row) => row.map((cell) => cell.toWellFormed().replace(/^'/, ''))),
        );
        for (const cell of cells.flat()) assert.doesNotMatch(cell, /^[\s\p{Cc}\p{Cf}]*[=+\-@]/u);
      },
    ),
  );
});
