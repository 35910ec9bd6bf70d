import {
  type ApprovalKey,
  type Body,
  BREAK_GLASS_CLOSED_KINDS,
  type Entry,
  type Rows,
  type State,
} from '../words/index.ts';
import { findChange, miss, type Seen } from './check-plan.ts';

type Told<K extends 'breakglass.used' | 'breakglass.reviewed'> = Entry<K> & { body: Body<K> };

/** An approval by a key for emergencies stands only behind the entry that says so, and only once. */
export function checkBreakGlass(
  seen: Seen,
  where: string,
  key: ApprovalKey,
  { id, approvals }: Rows['change'],
  before: State,
): void {
  const use = before.tables.breakglass.get(key.id);
  if (use === undefined) {
    if (key.breakGlass !== undefined) miss(seen, where, 'a break-glass key approves, and no entry says so');
    return;
  }
  if (use.change !== id) seen.findings.problem(where, `the key was used on \`${use.change}\`: it is dead`);
  if (approvals.some(({ signature }) => signature.keyId === key.id))
    seen.findings.problem(where, 'a break-glass key approves a second time');
}

/** The key was laid away by its holder, is used once and in time, and on nothing that it may not open. */
export function checkBreakGlassUsed(
  seen: Seen,
  where: string,
  { leaf, body: { data } }: Told<'breakglass.used'>,
  before: State,
): void {
  const person = before.tables.person.get(data.person);
  const key = person?.retired ? undefined : person?.spec.keys.find(({ id }) => id === data.key);
  if (key?.breakGlass === undefined)
    miss(seen, where, `\`${data.key}\` was no break-glass key of \`${data.person}\``);
  else if (leaf.time >= key.breakGlass.until)
    seen.findings.problem(where, 'the break-glass key had ended before');
  if (before.tables.breakglass.has(data.key))
    seen.findings.problem(where, 'the break-glass key was used before');
  const change = findChange(seen, where, data.change, before);
  if (change?.plan.operations.some(({ kind }) => BREAK_GLASS_CLOSED_KINDS.has(kind)))
    seen.findings.problem(where, 'a break-glass key opens a change that it may not');
}

/** By another person than who used the key or asked for the change, and once. */
export function checkReviewed(
  seen: Seen,
  where: string,
  { leaf, body: { data } }: Told<'breakglass.reviewed'>,
  before: State,
): void {
  const use = before.tables.breakglass.get(data.key);
  if (use === undefined) {
    miss(seen, where, `reviews the use of \`${data.key}\`, which was not used`);
    return;
  }
  if (use.reviewed !== null) seen.findings.problem(where, 'reviews what was reviewed before');
  const proposer = before.tables.change.get(use.change)?.plan.proposer;
  if ([use.person, proposer].includes(leaf.actor))
    seen.findings.problem(where, 'the review is by who used the key or asked for the change');
}
