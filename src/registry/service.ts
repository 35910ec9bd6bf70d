import type { Kind, Rows } from '#verifier';
import { type Clock, MunimentError, systemClock } from '../kernel/index.ts';
import {
  type Committed,
  knownOf,
  type Log,
  type Receipt,
  type StoredEntry,
  type When,
} from '../store/index.ts';
import { ownerFindings } from './findings.ts';
import { type IdentitySource, type IdentityView, identityAt, listAt } from './identities.ts';
import { checkMove, graceStart, isLiving } from './model.ts';
import { countUnanswered, type IdentityFilter, personCalled } from './queries.ts';

export const PAGE_MAX = 500;
const PAGE_DEFAULT = 50;

export interface Page<T> {
  items: T[];
  /** Hand it back as `cursor` for what follows; null at the end. */
  next: string | null;
}

export interface Recorded {
  entry: number;
  time: string;
  receipt: Receipt;
}

export interface Registry {
  /** The person of that login name who stands now. */
  personByName(name: string): Promise<Rows['person'] | undefined>;
  listIdentities(
    filter?: IdentityFilter & { limit?: number; cursor?: string },
    when?: When,
  ): Promise<Page<IdentityView>>;
  /** By id or name; of several of one name the one that stands. Throws `not_found`. */
  identity(nameOrId: string, when?: When): Promise<IdentityView>;
  /** How many active identities have neither an owner nor a deputy who answers. */
  countUnanswered(when?: When): Promise<number>;
  /** Entries about an identity, newest first; `before` is an entry's index. */
  timeline(identity: string, page: { limit: number; before?: number }): Promise<StoredEntry[]>;
  /** The owner says again that it is theirs. Throws `forbidden` to anybody else. */
  acceptOwnership(acceptance: { identity: string; person: string }): Promise<Recorded>;
  /** Stops an identity, or lets it go on; retiring is a change's. Throws `conflict` for a move that there is not. */
  move(step: {
    identity: string;
    to: 'suspended' | 'active';
    reason: string;
    actor: string;
  }): Promise<Recorded>;
  /** Opens and closes findings on owners who left. Repeating it changes nothing; to be run as a job too. */
  reconcileOwnerFindings(): Promise<{ entries: number }>;
  /** Reconciles after every entry that may matter. Hands back how to stop. */
  watchOwners(onFault: (error: unknown) => void): () => void;
}

const recorded = (committed: Committed<unknown>): Recorded => {
  const [entry] = committed.appended;
  if (entry === undefined) throw new MunimentError('internal', 'nothing was recorded');
  return { entry: entry.index, time: entry.time, receipt: committed.receipt(0) };
};

const OWNERS_MAY_CHANGE: ReadonlySet<Kind> = new Set<Kind>(['resource.declared', 'resource.retired']);

/** A cursor is the name and the id of the last identity that was shown. */
const cursorOf = ({ name, id }: IdentityView): string => Buffer.from(`${name}\n${id}`).toString('base64url');

function placeOf(cursor: string): { name: string; key: string } {
  const [name = '', key = ''] = Buffer.from(cursor, 'base64url').toString('utf8').split('\n');
  return { name, key };
}

class RegistryService implements Registry {
  readonly #source: IdentitySource;
  readonly #log: Log;
  readonly #clock: Clock;
  #reconciling: Promise<unknown> = Promise.resolve();

  constructor(source: IdentitySource, clock: Clock) {
    this.#source = source;
    this.#log = source.log;
    this.#clock = clock;
  }

  personByName(name: string): Promise<Rows['person'] | undefined> {
    return personCalled(this.#source.database.db, name);
  }

  async listIdentities(
    { limit = PAGE_DEFAULT, cursor, ...filter }: IdentityFilter & { limit?: number; cursor?: string } = {},
    when: When = {},
  ): Promise<Page<IdentityView>> {
    const size = Math.min(Math.max(limit, 1), PAGE_MAX);
    const after = cursor === undefined ? undefined : placeOf(cursor);
    // One more than is shown tells whether there is more.
    const page = { filter, after, limit: size + 1 };
    const found = await listAt(this.#source, page, when, this.#clock.now());
    const items = found.slice(0, size);
    const last = items.at(-1);
    return { items, next: last !== undefined && found.length > size ? cursorOf(last) : null };
  }

  async identity(nameOrId: string, when: When = {}): Promise<IdentityView> {
    const found = await identityAt(this.#source, nameOrId, when, this.#clock.now());
    if (found === undefined)
      throw new MunimentError('not_found', `there is no identity \`${nameOrId.slice(0, 64)}\``);
    return found;
  }

  async countUnanswered(when: When = {}): Promise<number> {
    const { db } = this.#source.database;
    const known = await knownOf(db, when);
    const at = known.asOf === undefined ? this.#clock.now() : new Date(known.asOf);
    return countUnanswered(db, known, graceStart(at));
  }

  timeline(identity: string, { limit, before }: { limit: number; before?: number }): Promise<StoredEntry[]> {
    const query = { subject: identity, limit: Math.min(limit, PAGE_MAX) };
    return this.#log.search(before === undefined ? query : { ...query, before });
  }

  async acceptOwnership({ identity, person }: { identity: string; person: string }): Promise<Recorded> {
    const committed = await this.#log.commit({
      decide: (view) => {
        const row = view.rows('identity').get(identity);
        if (row === undefined || row.retired)
          throw new MunimentError('not_found', 'there is no such identity');
        if (row.spec.owner !== person || !isLiving(view.rows('person').get(person)))
          throw new MunimentError('forbidden', 'only its owner can say that the identity is theirs');
        const data = { identity, owner: person };
        return {
          drafts: [{ kind: 'owner.accepted', subject: identity, actor: person, data }],
          result: undefined,
        };
      },
    });
    return recorded(committed);
  }

  async move({ identity, to, reason, actor }: Parameters<Registry['move']>[0]): Promise<Recorded> {
    const committed = await this.#log.commit({
      decide: (view) => {
        const row = view.rows('identity').get(identity);
        if (row === undefined || row.retired)
          throw new MunimentError('not_found', 'there is no such identity');
        const { state: from } = row;
        // What was only asked for becomes active by its change, never by hand.
        if (to === 'active' && from !== 'suspended')
          throw new MunimentError('conflict', `an identity that is ${from} cannot be resumed`);
        checkMove(from, to);
        const data = { identity, from, to, reason, change: null };
        return { drafts: [{ kind: 'identity.moved', subject: identity, actor, data }], result: undefined };
      },
    });
    return recorded(committed);
  }

  reconcileOwnerFindings(): Promise<{ entries: number }> {
    const next = this.#reconciling.then(() => this.#reconcile());
    this.#reconciling = next.catch(() => undefined);
    return next;
  }

  async #reconcile(): Promise<{ entries: number }> {
    const known = await this.#log.rows('finding');
    if (ownerFindings(await this.#log.view(), known).length === 0) return { entries: 0 };
    const { appended } = await this.#log.commit({
      decide: (view) => ({ drafts: ownerFindings(view, known), result: undefined }),
    });
    return { entries: appended.length };
  }

  watchOwners(onFault: (error: unknown) => void): () => void {
    return this.#log.onAppend((entries) => {
      if (!entries.some(({ kind }) => OWNERS_MAY_CHANGE.has(kind))) return;
      this.reconcileOwnerFindings().catch(onFault);
    });
  }
}

/** Lookups as of a moment, names of persons, moves and findings, over a log and its tables. */
export const createRegistry = ({
  database,
  log,
  clock = systemClock,
}: IdentitySource & { clock?: Clock }): Registry => new RegistryService({ database, log }, clock);
