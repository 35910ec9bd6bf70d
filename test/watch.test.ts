/** What watches the server asks only for what the server says. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { parse } from 'yaml';
import { carryOut, enrol, joinAgent, openTestHouse, PAYMENTS, type TestHouse } from '../src/api/testing.ts';

const DEPLOY = join(import.meta.dirname, '..', 'deploy');
const RULES = join(DEPLOY, 'prometheus', 'rules.yaml');
/** What Prometheus itself adds to a metric's name, and the one series that it makes. */
const SUFFIX = /_(bucket|count|sum)$/;

interface Rule {
  alert: string;
  expr: string;
  for?: string;
  labels: { severity: string };
  annotations: { summary: string; description: string };
}

const rules = (): Rule[] =>
  (parse(readFileSync(RULES, 'utf8')) as { groups: Array<{ rules: Rule[] }> }).groups.flatMap(
    (group) => group.rules,
  );

interface Panel {
  title: string;
  targets: Array<{ expr: string }>;
}

const panels = (): Panel[] =>
  JSON.parse(readFileSync(join(DEPLOY, 'grafana', 'muniment.json'), 'utf8')).panels;

const namesIn = (expression: string): string[] => expression.match(/\bmuniment_\w+/g) ?? [];

const promtool = (...args: string[]) => spawnSync('promtool', args, { encoding: 'utf8' });

const hasPromtool = promtool('--version').status === 0;

describe('promtool', () => {
  test('takes the rules', (t) => {
    if (!hasPromtool) return t.skip('needs promtool');
    const { status, stdout, stderr } = promtool('check', 'rules', RULES);
    assert.equal(status, 0, stderr);
    assert.ok(stdout.includes(`${rules().length} rules found`), stdout);
  });

  test('finds an expression that is none', (t) => {
    if (!hasPromtool) return t.skip('needs promtool');
    const folder = mkdtempSync(join(tmpdir(), 'muniment-rules-'));
    const wrong = join(folder, 'rules.yaml');
    writeFileSync(wrong, readFileSync(RULES, 'utf8').replace(/expr: /, 'expr: ) '));
    assert.notEqual(promtool('check', 'rules', wrong).status, 0);
    rmSync(folder, { recursive: true });
  });
});

describe('what is watched', () => {
  let house: TestHouse;
  let text: string;
  const known = new Map<string, string>();

  before(async () => {
    house = await openTestHouse();
    const [ada, bo] = [await enrol(house, 'ada'), await enrol(house, 'bo')];
    await carryOut(house, ada, bo, PAYMENTS);
    await joinAgent(house, 'agent-1');
    await house.house.revocation.all();
    await house.call('/api/v1/overview');
    text = (await house.call('/metrics')).text;
    for (const [, name, type] of text.matchAll(/^# TYPE (\S+) (\S+)$/gm))
      known.set(name as string, type as string);
  });
  after(() => house.close());

  const value = (series: string): number =>
    Number(
      text
        .split('\n')
        .find((line) => line.startsWith(`${series} `))
        ?.split(' ')
        .at(-1),
    );

  test('says what is so', async () => {
    const { log } = house.house;
    const { size } = await log.head();
    assert.equal(value('muniment_log_size'), size);
    assert.ok(value('muniment_commits_total') > 0);
    assert.ok(value('muniment_batch_entries_sum') >= size - 1);
    assert.equal(value('muniment_grants_total{type="agent-x509"}'), 1);
    assert.equal(value('muniment_live_credentials'), 1);
    assert.equal(value('muniment_sessions'), 2);
    assert.equal(value('muniment_break_glass_unreviewed'), 0);
    assert.ok(value('muniment_process_memory_bytes{of="resident"}') > 1_000_000);
    assert.ok(value('muniment_event_loop_lag_seconds') >= 0);
    assert.match(text, /^muniment_crl_age_seconds\{ca="[^"]+"\} \d/m);
    assert.match(text, /^muniment_request_seconds_count\{operation="getOverview",status="4xx"\} 1$/m);
    // How far publishing is behind must come to nothing by itself.
    for (let lag = value('muniment_publication_lag_entries'); lag !== 0; ) {
      text = (await house.call('/metrics')).text;
      lag = value('muniment_publication_lag_entries');
    }
  });

  test('whoever asks for odd paths makes no new series', async () => {
    for (const path of ['/api/v1/x', '/api/v1/y?z=1', '/oauth/%00']) await house.call(path);
    const { text: later } = await house.call('/metrics');
    const operations = [...later.matchAll(/^muniment_request_seconds_count\{operation="([^"]+)"/gm)].map(
      ([, operation]) => operation,
    );
    assert.ok(operations.includes('none'));
    assert.ok(!later.includes('/api/v1'));
  });

  for (const { title, targets } of panels()) {
    test(`the dashboard's \`${title}\` asks for what there is`, () => {
      assert.ok(targets.length > 0);
      for (const { expr } of targets) {
        const names = namesIn(expr);
        assert.ok(names.length > 0, expr);
        for (const name of names)
          assert.ok(known.has(name) || known.get(name.replace(SUFFIX, '')) === 'histogram', name);
      }
    });
  }

  for (const { alert, expr, labels, annotations } of rules()) {
    test(`the alert ${alert} asks for what there is, and says what to do`, () => {
      for (const name of namesIn(expr))
        assert.ok(known.has(name) || known.get(name.replace(SUFFIX, '')) === 'histogram', name);
      assert.ok(['page', 'ticket'].includes(labels.severity));
      assert.ok(annotations.summary && annotations.description);
    });
  }

  test('no metric goes unwatched', () => {
    const asked = new Set(
      [...panels().flatMap(({ targets }) => targets), ...rules()].flatMap(({ expr }) =>
        namesIn(expr).flatMap((name) => [name, name.replace(SUFFIX, '')]),
      ),
    );
    assert.deepEqual(
      [...known.keys()].filter((name) => !asked.has(name)),
      [],
    );
  });
});
