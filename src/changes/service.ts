import { type Plan, planDigest, RESOURCE_KINDS, type Rows } from '#verifier';
import { isMunimentError, MunimentError, newId } from '../kernel/index.ts';
import { type People, readPeople } from '../registry/index.ts';
import type { Committed, Log, Tx, View } from '../store/index.ts';
import {
  type Attempt,
  checkPlan,
  checkSignature,
  holdingApprovals,
  isApproved,
  isCurrent,
  judgeApproval,
  signerOf,
} from './approval.ts';
import { decideEnrolment, type Enrolment } from './bootstrap.ts';
import { type Review, reviewDrafts, usedDrafts } from './break-glass.ts';
import type { ApprovalRequest, Changes, Proposal, Proposed, Recorded } from './contract.ts';
import { appliedDrafts, approvedDraft, proposedDraft } from './drafts.ts';
import { type Drift, driftOf } from './drift.ts';
import { Fresh } from './fresh.ts';
import { type Leaving, leavingOf } from './leaving.ts';
import { Text } from './manifest-schema.ts';
import { parseManifests } from './manifests.ts';
import type { Desired } from './model.ts';
import { commitWithPeople } from './people-retry.ts';
import { planOf } from './plan.ts';
import { changeUnderLock } from './queries.ts';
import { readerOf } from './reader.ts';
import { resolveManifests } from './resolve.ts';
import { planText } from './text.ts';

const recordedAt = (committed: Committed<unknown>, position = 0): Recorded => {
  const appended = committed.appended[position];
  if (appended === undefined) throw new MunimentError('internal', 'nothing was recorded');
  return { entry: appended.index, time: appended.time, receipt: committed.receipt(position) };
};

/** What goes into the log in clear and is read before signing. Throws `bad_request`. */
function checkWords(words: Record<string, string>): void {
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

export interface ChangesOptions {
  log: Log;
  /** SPIFFE IDs are declared in it. */
  trustDomain: string;
}
type ProposalWords = Omit<Proposal, 'manifests'>;
type DesiredOf = (view: View, people: People) => Desired[];

class ChangesService implements Changes {
  readonly #log: Log;
  readonly #trustDomain: string;
  readonly #inTurn = oneByOne();

  constructor({ log, trustDomain }: ChangesOptions) {
    this.#log = log;
    this.#trustDomain = trustDomain;
  }

  #plan(words: ProposalWords, change: string, desiredOf: DesiredOf) {
    const { title, reason, source, proposer } = words;
    checkWords(source === undefined ? { title, reason } : { title, reason, source });
    return (view: View, people: People): Plan => {
      const desired = desiredOf(view, people);
      const plan = planOf(desired, view, { change, title, reason, proposer });
      if (plan.operations.length === 0)
        throw new MunimentError('plan_empty', 'everything stands as the manifests say');
      if (!words.dryRun) checkProposer(plan, view);
      return plan;
    };
  }

  async propose(proposal: Proposal): Promise<Proposed> {
    const fresh = new Fresh();
    const manifests = parseManifests(proposal.manifests);
    return this.#propose(proposal, fresh, (view, people) =>
      resolveManifests(manifests, { view, people, fresh, trustDomain: this.#trustDomain }),
    );
  }

  proposeLeaving(leaving: Leaving): Promise<Proposed> {
    const { reason, proposer, dryRun = false } = leaving;
    // A login name is personal and a title is in the log in clear: it names nobody.
    const words = { title: 'a person leaves, another takes over', reason, proposer, dryRun };
    return this.#propose(words, new Fresh(), (view, people) => leavingOf(leaving, view, people));
  }

  async #propose(words: ProposalWords, fresh: Fresh, desiredOf: DesiredOf): Promise<Proposed> {
    const planFor = this.#plan(words, newId('change'), desiredOf);
    if (words.dryRun) {
      const view = await this.#log.view();
      const people = await readPeople(this.#log, view);
      return this.#proposed(planFor(view, people), fresh, null);
    }
    const committed = await commitWithPeople(this.#log, (view, people) => {
      const plan = planFor(view, people);
      return { drafts: [proposedDraft(plan, words.source ?? null, fresh)], result: plan };
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
        decide: (at, now) => {
          const approver = judgeApproval(change, attempt, checked, at, now);
          const used = approver.brokeGlass ? usedDrafts(change, approver, now) : [];
          const { id } = approver.person;
          return { drafts: [...used, approvedDraft(change, id, signature)], result: id };
        },
        consume: (tx) => guardOpen(tx, change.id),
      });
      const approval = committed.appended.length - 1;
      return { ...recordedAt(committed, approval), approver: committed.result };
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

  async reviewBreakGlass(review: Review): Promise<Recorded> {
    checkWords({ note: review.note });
    const use = await this.#log.row('breakglass', review.key);
    const proposer = use && (await this.#log.row('change', use.change))?.plan.proposer;
    const committed = await this.#log.commit({
      decide: (view) => ({ drafts: reviewDrafts(review, proposer ?? '', view), result: undefined }),
    });
    return recordedAt(committed);
  }

  async enrolBootstrap(enrolment: Enrolment): Promise<{ person: string }> {
    const fresh = new Fresh();
    const committed = await commitWithPeople(this.#log, (view, people) =>
      decideEnrolment(enrolment, { view, people, fresh, trustDomain: this.#trustDomain }),
    );
    return committed.result;
  }

  drift({ manifests, kinds = RESOURCE_KINDS }: Parameters<Changes['drift']>[0]): Promise<Drift> {
    return driftOf(this.#log, this.#trustDomain, manifests, kinds);
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

/** Changes over a log: propose, approve by signature, apply exactly so. */
export const createChanges = (options: ChangesOptions): Changes => new ChangesService(options);
