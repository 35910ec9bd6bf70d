import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';

const HERE = join(import.meta.dirname, '..', 'deploy');
const UNITS = ['muniment.service', 'muniment-agent.service'] as const;
/** `systemd-analyze security` scores from 0 (shut) to 10 (open), here times ten. The agent sees other users' processes. */
const EXPOSURE_MAX = { 'muniment.service': 20, 'muniment-agent.service': 40 } as const;

const pathOf = (unit: string): string => join(HERE, 'systemd', unit);
const analyze = (...args: string[]) => spawnSync('systemd-analyze', args, { encoding: 'utf8' });
const hasTool = analyze('--version').status === 0;

const settings = (unit: string): Map<string, string> =>
  new Map(
    [...readFileSync(pathOf(unit), 'utf8').matchAll(/^([A-Za-z]+)=(.*)$/gm)].map(([, key, value]) => [
      key as string,
      value as string,
    ]),
  );

for (const unit of UNITS) {
  describe(unit, () => {
    test('may write its state and nothing else, and gain no right', () => {
      const set = settings(unit);
      assert.equal(set.get('ProtectSystem'), 'strict');
      assert.equal(set.get('NoNewPrivileges'), 'yes');
      assert.equal(set.get('ReadWritePaths'), undefined);
      assert.notEqual(set.get('User'), 'root');
    });

    test('systemd finds no fault in it but programs that are not here', (t) => {
      if (!hasTool) return t.skip('needs systemd-analyze');
      const { stderr, error } = analyze('verify', '--man=no', pathOf(unit));
      assert.equal(error, undefined);
      const faults = stderr.split('\n').filter((line) => line.includes(`${unit}:`));
      const real = faults.filter((line) => !/is not executable/.test(line));
      assert.deepEqual(real, []);
    });

    test('its exposure is small', (t) => {
      if (!hasTool) return t.skip('needs systemd-analyze');
      const { status, stdout, stderr } = analyze(
        'security',
        '--offline=true',
        '--no-pager',
        `--threshold=${EXPOSURE_MAX[unit]}`,
        pathOf(unit),
      );
      assert.equal(status, 0, `${stdout.split('\n').slice(-4).join('\n')}${stderr}`);
    });
  });
}

test('the server has no capability, the agent the two that it attests by', () => {
  assert.equal(settings('muniment.service').get('CapabilityBoundingSet'), '');
  assert.equal(
    settings('muniment-agent.service').get('CapabilityBoundingSet'),
    'CAP_SYS_PTRACE CAP_DAC_READ_SEARCH',
  );
});

test('the container runs as nobody of this host, installs by the lock file and runs no script of a package', () => {
  const text = readFileSync(join(HERE, 'Containerfile'), 'utf8').replaceAll('\\\n', ' ');
  const steps = text.split('\n').filter((line) => /^[A-Z]+ /.test(line));
  const last = steps.slice(steps.findLastIndex((line) => line.startsWith('FROM ')));
  assert.match(last.find((line) => line.startsWith('USER ')) ?? '', /^USER [1-9]\d*:[1-9]\d*$/);
  assert.match(last.find((line) => line.startsWith('HEALTHCHECK ')) ?? '', /\/readyz/);
  const installs = steps.filter((line) => /\bnpm\b/.test(line));
  assert.ok(installs.length > 0);
  for (const line of installs) assert.match(line, /^RUN npm ci .*--ignore-scripts/);
  for (const line of steps.filter((each) => /^(ARG|FROM)/.test(each)))
    assert.doesNotMatch(line, /[a-z]\.[a-z]+\//);
});
