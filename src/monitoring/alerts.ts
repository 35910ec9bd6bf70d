import type { AlertOutcome, Rows } from '#verifier';
import { MunimentError } from '../kernel/index.ts';
import type { Committed, Draft, Log, Receipt, Tx, View } from '../store/index.ts';
import { alertRow } from './queries.ts';

const REASON_MAX_CHARACTERS = 1024;

export interface Handled {
  entry: number;
  receipt: Receipt;
}

/** Who handles an alert: `anyone` for who may by their role, a person where only the owner and the deputy may. */
export interface Handler {
  actor: string;
  mustOwn: boolean;
}

function checkOwner(view: View, alert: Rows['alert'], { actor, mustOwn }: Handler): void {
  if (!mustOwn) return;
  const spec = view.rows('identity').get(alert.identity ?? '')?.spec;
  if (spec !== undefined && (spec.owner === actor || spec.deputy === actor)) return;
  throw new MunimentError(
    'forbidden',
    'only the owner of the identity, its deputy or an operator handles this',
  );
}

const handled = ({ appended, receipt }: Committed<unknown>): Handled => ({
  entry: appended[0]?.index ?? -1,
  receipt: receipt(0),
});

/** Looks at the alert once more under the lock on the head: two people cannot both resolve it. */
async function checkOpen(tx: Tx, id: string, isAcknowledgement: boolean): Promise<void> {
  const row = await alertRow(tx, id);
  if (row?.resolved) throw new MunimentError('conflict', 'the alert was resolved before');
  if (isAcknowledgement && row?.acknowledged)
    throw new MunimentError('conflict', 'the alert was acknowledged before');
}

async function handle(log: Log, id: string, by: Handler, draft: Draft): Promise<Handled> {
  const alert = await log.row('alert', id);
  if (alert === undefined) throw new MunimentError('not_found', 'there is no such alert');
  return handled(
    await log.commit({
      decide(view) {
        checkOwner(view, alert, by);
        return { drafts: [{ ...draft, subject: alert.identity ?? alert.instance ?? '' }], result: undefined };
      },
      consume: (tx) => checkOpen(tx, id, draft.kind === 'alert.acknowledged'),
    }),
  );
}

/** Says who has taken an alert in hand. Throws `not_found`, `forbidden`, `conflict`. */
export const acknowledge = (log: Log, alert: string, by: Handler): Promise<Handled> =>
  handle(log, alert, by, { kind: 'alert.acknowledged', subject: '', actor: by.actor, data: { alert } });

/** Closes an alert with what it was and why. Throws `not_found`, `forbidden`, `conflict`, `bad_request`. */
export async function resolve(
  log: Log,
  alert: string,
  { outcome, reason }: { outcome: AlertOutcome; reason: string },
  by: Handler,
): Promise<Handled> {
  const text = reason.trim();
  if (text === '' || text.length > REASON_MAX_CHARACTERS || !text.isWellFormed())
    throw new MunimentError('bad_request', 'a reason of at most 1024 characters is needed');
  const data = { alert, outcome, reason: text };
  return handle(log, alert, by, { kind: 'alert.resolved', subject: '', actor: by.actor, data });
}
