import { type ApprovalSignature, type Plan, planDigest, type Rows } from '#verifier';
import { isMunimentError, MunimentError, newId } from '../kernel/index.ts';
import { type People, readPeople } from '../registry/index.ts';
import type { Committed, Draft, Log, Receipt, Tx, View } from '../store/index.ts';
import {
  type Attempt,
  type Channel,
  checkPlan,
  checkSignature,
  holdingApprovals,
  isApproved,
  isCurrent,
  judgeApproval,
  signerOf,
} from './approval.ts';
import { decideEnrolment, type Enrolment } from './bootstrap.ts';
import { entriesOf } from './entries.ts';
import { Fresh } from './fresh.ts';
import { Text } from './manifest-schema.ts';
import { parseManifests } from './manifests.ts';
import { commitWithPeople } from './people-retry.ts';
import { planOf } from './plan.ts';
import { changeUnderLock } from './queries.ts';
import { readerOf } from './reader.ts';
import { resolveManifests } from './resolve.ts';
import { planText } from './text.ts';

export interface Proposal {
  /** YAML, many documents. */
  manifests: string;
  title: string;
  reason: string;
  /** Where the manifests came from: a file, a commit. */
  source?: string;
  /** Person id. */
  proposer: string;
  /** Shows the plan and writes nothing. */
  dryRun?: boolean;
}

/** An entry that was written, with its receipt. */
export interface Recorded {
  entry: number;
  time: string;
  receipt: Receipt;
}

export interface Proposed {
  change: string;
  plan: Plan;
  planDigest: string;
  /** The readable difference, and who gains what. */
  text: string;
  /** Null for a dry run. */
  recorded: Recorded | null;
}

export interface ApprovalRequest {
  change: string;
  planDigest: string;
  signature: ApprovalSignature;
  channel: Channel;
  /** The person whose session carries it. */
  session?: { person: string };
}

export interface Changes {
  /** Throws what manifests throw, `plan_empty`, and `forbidden` where the proposer may not propose this. */
  propose(proposal: Proposal): Promise<Proposed>;
  /** Every refusal is recorded before it is thrown. */
  approve(request: ApprovalRequest): Promise<Recorded & { approver: string }>;
  /** In one commit, exactly what was signed. Refusals are recorded before they are thrown. */
  apply(request: {
    change: string;
    planDigest: string;
    actor: string;
  }): Promise<Recorded & { operations: number }>;
  withdraw(request: { change: string; reason: string; actor: string }): Promise<Recorded>;
  enrolBootstrap(enrolment: Enrolment): Promise<{ person: string }>;
  /** Whether a change could still be applied as signed, and its readable difference. */
  describe(change: Rows['change']): Promise<{ current: boolean; text: string }>;
}

const recordedAt = (committed: Committed<unknown>, position = 0): Recorded => {
  const appended = committed.appended[position];
  if (appended === undefined) throw new MunimentError('internal', 'nothing was recorded');
  return { entry: appended.index, time: appended.time, receipt: committed.receipt(position) };
};

/** What goes into the log in clear and is read before signing. Throws `bad_request`. */
function checkWords(words: Record<'title' | 'reason', string> & { source?: string }): void {
  for (const [path, text] of Object.entries(words)) {
    if (!Text.safeParse(text).success)
      throw new MunimentError('bad_request', `\`${path}\` must be one line of visible characters`, { path });
  }
}

/** Who may ask for this: a living person, and for people and their roles an administrator. */
function checkProposer(plan: Plan, view: View): void {
  const person = view.rows('person').get(plan.proposer);
  if (person === undefined || person.retired || person.spec.status !== 'active')
    throw new MunimentError('forbidden', 'only a person who is enrolled may propose a change');
  const isAdmin = person.spec.roles.includes('admin');
  if (!isAdmin && plan.operations.some(({ kind }) => kind === 'Person'))
    throw new MunimentError('forbidden', 'only an administrator may propose people and their roles');
}

/** Work on changes goes one by one in this process; between replicas `guardOpen` holds under the lock on the head. */
function oneByOne(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const next = last.then(work, work);
    last = next.catch(() => undefined);
    return next;
  };
}

async function guardOpen(tx: Tx, id: string): Promise<void> {
  const row = await changeUnderLock(tx, id);
  if (row?.state !== 'proposed')
    throw new MunimentError('change_closed', `the change is ${row?.state ?? 'unknown'}`);
}

class ChangesService implements Changes {
  readonly #log: Log;
  readonly #inTurn = oneByOne();

  constructor(log: Log) {
    this.#log = log;
  }

  #plan(proposal: Proposal, change: string, fresh: Fresh) {
    const { title, reason, source, proposer } = proposal;
    checkWords(source === undefined ? { title, reason } : { title, reason, source });
    const manifests = parseManifests(proposal.manifests);
    return (view: View, people: People): Plan => {
      const desired = resolveManifests(manifests, { view, people, fresh });
      const plan = planOf(desired, view, { change, title, reason, proposer });
      if (plan.operations.length === 0)
        throw new MunimentError('plan_empty', 'everything stands as the manifests say');
      if (!proposal.dryRun) checkProposer(plan, view);
      return plan;
    };
  }

  async propose(proposal: Proposal): Promise<Proposed> {
    const change = newId('change');
    const fresh = new Fresh();
    const planFor = this.#plan(proposal, change, fresh);
    if (proposal.dryRun) {
      const view = await this.#log.view();
      const people = await readPeople(this.#log, view);
      return this.#proposed(planFor(view, people), fresh, null);
    }
    const committed = await commitWithPeople(this.#log, (view, people) => {
      const plan = planFor(view, people);
      return { drafts: [proposedDraft(plan, proposal.source ?? null, fresh)], result: plan };
    });
    return this.#proposed(committed.result, fresh, recordedAt(committed));
  }

  async #proposed(plan: Plan, fresh: Fresh, recorded: Recorded | null): Promise<Proposed> {
    const read = await readerOf(this.#log, plan, fresh.openingsIn(JSON.stringify(plan)));
    return { change: plan.change, plan, planDigest: planDigest(plan), text: planText(plan, read), recorded };
  }

  async #change(id: string): Promise<Rows['change']> {
    const row = await this.#log.row('change', id);
    if (row === undefined) throw new MunimentError('not_found', `no change \`${id.slice(0, 64)}\``);
    return row;
  }

  approve(request: ApprovalRequest): Promise<Recorded & { approver: string }> {
    return this.#inTurn(() => this.#approve(request));
  }

  async #approve(request: ApprovalRequest): Promise<Recorded & { approver: string }> {
    const change = await this.#change(request.change);
    const view = await this.#log.view();
    const { planDigest, signature, channel } = request;
    const attempt: Attempt = { planDigest, signature, channel, session: request.session?.person ?? null };
    const checked = await checkSignature(view, signature, change.planDigest);
    const who = attempt.session ?? signerOf(view, signature.keyId)?.person.id ?? '';
    return this.#orRecord({ change, who, channel }, async () => {
      const committed = await this.#log.commit({
        decide: (at) => {
          const approver = judgeApproval(change, attempt, checked, at);
          return { drafts: [approvedDraft(change, approver, signature)], result: approver };
        },
        consume: (tx) => guardOpen(tx, change.id),
      });
      return { ...recordedAt(committed), approver: committed.result };
    });
  }

  apply(request: {
    change: string;
    planDigest: string;
    actor: string;
  }): Promise<Recorded & { operations: number }> {
    return this.#inTurn(() => this.#apply(request));
  }

  async #apply({ change: id, planDigest, actor }: { change: string; planDigest: string; actor: string }) {
    const change = await this.#change(id);
    const holding = await holdingApprovals(change, await this.#log.view());
    return this.#orRecord({ change, who: actor, channel: 'apply' }, async () => {
      const committed = await this.#log.commit({
        decide: (view) => {
          checkPlan(change, planDigest, view);
          if (!isApproved(change, holding, view))
            throw new MunimentError('approval_refused', 'nobody but the proposer has approved this plan');
          return { drafts: appliedDrafts(change, actor, view), result: change.plan.operations.length };
        },
        consume: (tx) => guardOpen(tx, change.id),
      });
      return { ...recordedAt(committed), operations: committed.result };
    });
  }

  /** Runs an attempt on a change; a refusal becomes an entry before anyone is told. */
  async #orRecord<T>(
    { change, who, channel }: { change: Rows['change']; who: string; channel: string },
    attempt: () => Promise<T>,
  ): Promise<T> {
    try {
      return await attempt();
    } catch (error) {
      if (!isMunimentError(error) || error.status >= 500) throw error;
      const { code, message } = error;
      const data = { change: change.id, who, channel, code, message };
      await this.#log.append([{ kind: 'change.refused', subject: change.id, actor: who, data }]);
      throw error;
    }
  }

  withdraw({
    change: id,
    reason,
    actor,
  }: {
    change: string;
    reason: string;
    actor: string;
  }): Promise<Recorded> {
    return this.#inTurn(async () => {
      const change = await this.#change(id);
      const committed = await this.#log.commit({
        decide: (view) => {
          checkWithdrawer(change, actor, view);
          const data = { change: change.id, reason };
          return {
            drafts: [{ kind: 'change.withdrawn', subject: change.id, actor, data }],
            result: undefined,
          };
        },
        consume: (tx) => guardOpen(tx, change.id),
      });
      return recordedAt(committed);
    });
  }

  async enrolBootstrap(enrolment: Enrolment): Promise<{ person: string }> {
    const fresh = new Fresh();
    const committed = await commitWithPeople(this.#log, (view, people) =>
      decideEnrolment(enrolment, view, people, fresh),
    );
    return committed.result;
  }

  async describe({ plan, planDigest, state }: Rows['change']): Promise<{ current: boolean; text: string }> {
    const current = state === 'proposed' && isCurrent(plan, planDigest, await this.#log.view());
    return { current, text: planText(plan, await readerOf(this.#log, plan)) };
  }
}

/** The proposer takes back; an administrator or the local operator clears away. */
function checkWithdrawer({ plan }: Rows['change'], actor: string, view: View): void {
  const isAdmin = view.rows('person').get(actor)?.spec.roles.includes('admin') ?? false;
  if (actor !== plan.proposer && actor !== 'sys' && !isAdmin)
    throw new MunimentError('forbidden', 'only the proposer or an administrator may withdraw a change');
}

function proposedDraft(plan: Plan, source: string | null, fresh: Fresh): Draft {
  return {
    kind: 'change.proposed',
    subject: plan.change,
    actor: plan.proposer,
    data: { plan, planDigest: planDigest(plan), source },
    openings: fresh.openingsIn(JSON.stringify(plan)),
  };
}

function approvedDraft(
  { id, planDigest }: Rows['change'],
  approver: string,
  signature: ApprovalSignature,
): Draft {
  const data = { change: id, planDigest, approver, signature };
  return { kind: 'change.approved', subject: id, actor: approver, data };
}

function appliedDrafts({ id, plan, planDigest }: Rows['change'], actor: string, view: View): Draft[] {
  const bootstrap = view.rows('bootstrap').get('open')?.open ?? false;
  const data = { change: id, planDigest, operations: plan.operations.length, bootstrap };
  const by = { change: id, reason: plan.reason, actor, bootstrap };
  const entries = plan.operations.flatMap((operation) => entriesOf(operation, view, by));
  return [{ kind: 'change.applied', subject: id, actor, data }, ...entries];
}

/** Changes over a log: propose, approve by signature, apply exactly so. */
export const createChanges = ({ log }: { log: Log }): Changes => new ChangesService(log);
