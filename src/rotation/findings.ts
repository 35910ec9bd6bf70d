import type { RotationRun, Rows, StallCause } from '#verifier';
import { derivedId } from '../kernel/index.ts';
import type { Draft } from '../store/index.ts';
import { dueAt, graceEnd, isDue, isNoticed } from './model.ts';

export const ROTATION_DUE = 'rotation-due';
export const ROTATION_STALLED = 'rotation-stalled';

type Rotation = Rows['rotation'];
type Finding = Rows['finding'];

const ASKS: Record<StallCause, string> = {
  'consumer-not-seen':
    'its consumer was not seen with the new secret in time, so the old one stays: restart the consumer, or abandon the run',
  'target-failing':
    'a step fails again and again, and is tried further: mend what it names, or abandon the run',
  'old-accepted': 'the old secret is still taken where it was removed: find out who holds it up',
};

/** What a stall asks of a person. The id follows from the run and its phase: one question is asked once. */
export function stallDrafts(run: RotationRun, cause: StallCause, detail: string): Draft[] {
  const finding = derivedId('finding', `${ROTATION_STALLED}\n${run.id}\n${run.phase}`);
  const { id, rotation, phase, old } = run;
  const common = { subject: run.identity, actor: 'sys' };
  const data = { run: id, rotation, phase, old, new: run.new, cause, detail, finding };
  const title = `rotation of ${run.target}: ${ASKS[cause]}`;
  const about = { finding, rule: ROTATION_STALLED, subject: run.identity, title, due: graceEnd(run) };
  return [
    { kind: 'rotation.stalled', ...common, data },
    { kind: 'finding.opened', ...common, data: about },
  ];
}

/** Nothing where nothing is open. */
export const unstalledDrafts = ({ stalled, identity }: RotationRun, reason: string): Draft[] =>
  stalled === null
    ? []
    : [
        {
          kind: 'finding.closed',
          subject: identity,
          actor: 'sys',
          data: { finding: stalled.finding, reason },
        },
      ];

const noticeId = (rotation: Rotation): string =>
  derivedId('finding', `${ROTATION_DUE}\n${rotation.id}\n${dueAt(rotation)}`);

function noticed(rotation: Rotation, now: Date): Draft {
  const due = dueAt(rotation);
  const what = isDue(rotation, now) ? 'is due since' : 'will be due on';
  return {
    kind: 'finding.opened',
    subject: rotation.spec.identity,
    actor: 'sys',
    data: {
      finding: noticeId(rotation),
      rule: ROTATION_DUE,
      subject: rotation.spec.identity,
      title: `rotation ${String(rotation.name)} ${what} ${due.slice(0, 10)}`,
      due,
    },
  };
}

/** Findings to open on what will be due, and to close once it was rotated, moved or retired. Pure. */
export function noticeDrafts(rotations: readonly Rotation[], known: readonly Finding[], now: Date): Draft[] {
  const wanted = rotations.filter((rotation) => !rotation.retired && isNoticed(rotation, now));
  const ids = new Set(wanted.map(noticeId));
  const knownIds = new Set(known.map(({ id }) => id));
  const over = known.filter(
    ({ id, rule, closed }) => rule === ROTATION_DUE && closed === null && !ids.has(id),
  );
  return [
    ...wanted.filter((rotation) => !knownIds.has(noticeId(rotation))).map((each) => noticed(each, now)),
    ...over.map(
      ({ id, subject }): Draft => ({
        kind: 'finding.closed',
        subject,
        actor: 'sys',
        data: { finding: id, reason: 'it was rotated, or is not to be by then' },
      }),
    ),
  ];
}
