import { type ApprovalKey, BREAK_GLASS_CLOSED_KINDS, type BreakGlassOutcome, type Rows } from '#verifier';
import { derivedId, MunimentError, timestamp } from '../kernel/index.ts';
import type { Draft, View } from '../store/index.ts';
import { holdsApprovingRole, isLivingPerson } from './check.ts';

/** A key for emergencies: how it opens one change alone, and how another person says afterwards what to think of it. */

export const BREAK_GLASS = 'break-glass';
/** Within this another person must have looked at what was done alone. */
export const REVIEW_SECONDS = 86_400;

type Change = Rows['change'];

interface Signer {
  person: Rows['person'];
  key: ApprovalKey;
}

/** True for a key that was laid away, or was used as one: it approves nothing in the ordinary way, ever. */
export const isBreakGlass = (key: ApprovalKey, view: View): boolean =>
  key.breakGlass !== undefined || view.rows('breakglass').has(key.id);

/** True for the one change that this key opened. */
export const openedBy = (key: ApprovalKey, change: Change, view: View): boolean =>
  view.rows('breakglass').get(key.id)?.change === change.id;

/**
 * Throws `approval_refused` unless this key may open this change now. Its holder must be signed in by another way: who
 * only finds the key can do nothing with it.
 */
export function judgeBreakGlass(
  { plan }: Change,
  { person, key }: Signer,
  session: string | null,
  { view, now }: { view: View; now: Date },
): void {
  const refuse = (message: string): never => {
    throw new MunimentError('approval_refused', message);
  };
  if (view.rows('breakglass').has(key.id)) refuse('the break-glass key was used before: it is dead');
  if (!isLivingPerson(person.spec) || !holdsApprovingRole(person.spec))
    refuse('the break-glass key is not one of a person who may approve');
  if (session !== person.id) refuse('a break-glass key is used by its holder, who signs in by another key');
  if (timestamp(now) >= (key.breakGlass?.until ?? '')) refuse('the break-glass key has ended');
  const closed = plan.operations.find(({ kind }) => BREAK_GLASS_CLOSED_KINDS.has(kind));
  if (closed) refuse(`a break-glass key opens no change of a ${closed.kind}`);
}

/** The use, and the finding that stays open until another person has reviewed it. They stand before the approval. */
export function usedDrafts({ id }: Change, { person, key }: Signer, now: Date): Draft[] {
  const due = timestamp(new Date(now.getTime() + REVIEW_SECONDS * 1000));
  const finding = derivedId('finding', `${BREAK_GLASS}\n${key.id}`);
  const actor = person.id;
  const title = 'a break-glass key approved a change alone: another person must review it within a day';
  return [
    {
      kind: 'breakglass.used',
      subject: id,
      actor,
      data: { key: key.id, person: person.id, change: id, finding, due },
    },
    {
      kind: 'finding.opened',
      subject: id,
      actor,
      data: { finding, rule: BREAK_GLASS, subject: id, title, due },
    },
  ];
}

export interface Review {
  /** Id of the key that was used. */
  key: string;
  outcome: BreakGlassOutcome;
  note: string;
  /** Person id of who reviews. */
  actor: string;
}

/** Throws `not_found`, `conflict`, or `forbidden` where the reviewer had a hand in it. */
export function reviewDrafts({ key, outcome, note, actor }: Review, proposer: string, view: View): Draft[] {
  const use = view.rows('breakglass').get(key);
  if (use === undefined) throw new MunimentError('not_found', 'no break-glass key of that id was used');
  if (use.reviewed !== null) throw new MunimentError('conflict', 'the use was reviewed before');
  const reviewer = view.rows('person').get(actor);
  if (reviewer === undefined || reviewer.retired || !isLivingPerson(reviewer.spec))
    throw new MunimentError('forbidden', 'only a person who is enrolled may review');
  if (actor === use.person || actor === proposer)
    throw new MunimentError(
      'forbidden',
      'the review is for another person than who used the key or proposed',
    );
  const { change, finding } = use;
  return [
    { kind: 'breakglass.reviewed', subject: change, actor, data: { key, change, outcome, note } },
    { kind: 'finding.closed', subject: change, actor, data: { finding, reason: `reviewed: ${outcome}` } },
  ];
}
