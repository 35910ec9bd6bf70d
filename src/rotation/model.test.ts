import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { ROTATION_PHASES, type RotationPhase, type RotationRun, type Rows } from '#verifier';
import type { Draft } from '../store/index.ts';
import { noticeDrafts, ROTATION_DUE } from './findings.ts';
import {
  dueAt,
  isDue,
  isGraceOver,
  lookPause,
  mayAbandon,
  nextPhase,
  phasesOf,
  retryPause,
} from './model.ts';
import { createPostgresPasswordRotator } from './rotators/postgres-password.ts';
import { createSshKeyRotator } from './rotators/ssh-key.ts';

const SSH = phasesOf(createSshKeyRotator());
const POSTGRES = phasesOf(createPostgresPasswordRotator(new Uint8Array(32), String));
const DAY = 86_400_000;
const START = '2026-03-01T00:00:00.000Z';
const after = (milliseconds: number): Date => new Date(Date.parse(START) + milliseconds);

const run = (phase: RotationPhase, more: Partial<RotationRun> = {}): RotationRun => ({
  ...{ id: 'run_a', rotation: 'rot_a', identity: 'idn_a', target: 't', cause: 'person', due: START },
  spec: { graceHours: 24 } as RotationRun['spec'],
  ...{ old: 'o', new: 'n', phase, phases: [{ phase, time: START, entry: 1, detail: '' }] },
  ...{ stalled: null, ended: null, outcome: null, entry: 1 },
  ...more,
});

const rotation = (more: Partial<Rows['rotation']> = {}): Rows['rotation'] => ({
  ...{
    id: 'rot_a',
    name: 'deploy',
    change: null,
    bootstrap: true,
    declared: START,
    entry: 1,
    retired: false,
  },
  spec: { identity: 'idn_a', intervalDays: 90, noticeDays: 14 } as Rows['rotation']['spec'],
  ...{ since: START, run: null, rotated: null },
  ...more,
});

describe('a run', () => {
  test('goes through every phase of its rotator in order, and never past one', () => {
    assert.deepEqual(SSH, [...ROTATION_PHASES]);
    assert.deepEqual(POSTGRES, ['started', 'made', 'swapped', 'seen', 'refused', 'completed']);
    for (const phases of [SSH, POSTGRES])
      for (const [at, phase] of phases.entries()) assert.equal(nextPhase(run(phase), phases), phases[at + 1]);
  });

  test('that is over has no next phase', () => {
    for (const phase of SSH) assert.equal(nextPhase(run(phase, { ended: START }), SSH), undefined);
  });

  test('never removes before it has seen, nor completes before it was refused', () => {
    for (const phases of [SSH, POSTGRES]) {
      const at = (phase: RotationPhase) => phases.indexOf(phase);
      if (at('removed') >= 0) assert.ok(at('seen') < at('removed'));
      assert.ok(at('seen') < at('refused') && at('refused') < at('completed'));
    }
  });

  test('may be abandoned until the old secret is gone', () => {
    const may = SSH.filter((phase) => mayAbandon(run(phase)));
    assert.deepEqual(may, ['started', 'made', 'authorised', 'swapped', 'seen']);
    assert.equal(mayAbandon(run('made', { ended: START })), false);
  });

  test('waits for its grace, to the millisecond', () => {
    assert.equal(isGraceOver(run('swapped'), after(DAY - 1)), false);
    assert.equal(isGraceOver(run('swapped'), after(DAY)), true);
  });

  test('is looked at again within a second to a minute, whatever the clock says', () => {
    fc.assert(
      fc.property(fc.integer({ min: -1e12, max: 1e12 }), (milliseconds) => {
        const pause = lookPause(run('swapped'), after(milliseconds));
        assert.ok(pause >= 1_000 && pause <= 60_000);
      }),
    );
  });

  test('backs off to five minutes', () => {
    assert.deepEqual([1, 2, 3, 9, 10, 10_000].map(retryPause), [1000, 2000, 4000, 256_000, 300_000, 300_000]);
  });
});

describe('a rotation', () => {
  test('is due an interval after it was last completed, or else first declared', () => {
    assert.equal(dueAt(rotation()), after(90 * DAY).toISOString());
    const rotated = after(10 * DAY).toISOString();
    assert.equal(dueAt(rotation({ rotated })), after(100 * DAY).toISOString());
    assert.equal(isDue(rotation(), after(90 * DAY - 1)), false);
    assert.equal(isDue(rotation(), after(90 * DAY)), true);
  });

  test('declared again is not put off', () => {
    assert.equal(dueAt(rotation({ declared: after(80 * DAY).toISOString() })), after(90 * DAY).toISOString());
  });

  test('is noticed in time, once, and the notice is closed by what ends it', () => {
    assert.deepEqual(noticeDrafts([rotation()], [], after(76 * DAY - 1)), []);
    const [opened, ...more] = noticeDrafts([rotation()], [], after(76 * DAY));
    assert.equal(opened?.kind, 'finding.opened');
    assert.equal(more.length, 0);
    const { finding: id } = (opened as Extract<Draft, { kind: 'finding.opened' }>).data;
    const known = { id, rule: ROTATION_DUE, subject: 'idn_a', closed: null } as Rows['finding'];
    assert.deepEqual(noticeDrafts([rotation()], [known], after(91 * DAY)), []);
    for (const ended of [rotation({ rotated: after(80 * DAY).toISOString() }), rotation({ retired: true })]) {
      const drafts = noticeDrafts([ended], [known], after(81 * DAY));
      assert.deepEqual(
        drafts.map(({ kind }) => kind),
        ['finding.closed'],
      );
    }
  });
});
