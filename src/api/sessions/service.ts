import type { ApprovalKey, Role, Rows } from '#verifier';
import { type Clock, MunimentError, newId, SIGN_IN_TOKEN_SECONDS, timestamp } from '../../kernel/index.ts';
import type { Database, Log, View } from '../../store/index.ts';
import type { Caller, SessionHandle } from '../env.ts';
import { type Challenges, createChallenges } from './challenges.ts';
import { verifySessionSignature } from './key-file.ts';
import {
  endOf,
  hashSecret,
  newSecret,
  plusSeconds,
  SESSION_ABSOLUTE_SECONDS,
  SESSION_IDLE_SECONDS,
  SESSION_PREFIX,
  SESSION_TOUCH_SECONDS,
  type SessionMethod,
  SIGN_IN_PREFIX,
} from './model.ts';
import * as passkey from './passkey.ts';
import * as queries from './queries.ts';

export interface OpenedSession {
  /** The secret, handed out once. */
  token: string;
  csrf: string;
  ends: string;
  person: string | null;
}

export interface Sessions {
  readonly challenges: Challenges;
  readonly party: passkey.RelyingParty;
  /** A one-time token for a person, or with null for a house that has no people yet. */
  makeSignInToken(person: string | null): Promise<{ token: string; ends: string }>;
  redeem(token: string): Promise<OpenedSession>;
  openByKey(answer: { keyId: string; challenge: string; signature: string }): Promise<OpenedSession>;
  openByPasskey(response: { id: string }): Promise<OpenedSession>;
  /** Who a session's secret speaks for. Throws `session_ended` where it is over or was never ours. */
  resolve(secret: string, carrier: SessionHandle['carrier']): Promise<Caller>;
  /** Makes the first person's bootstrap session theirs. */
  bind(id: string, person: string): Promise<void>;
  end(id: string, person: string | null, reason: string): Promise<void>;
  /** Ends the sessions of people who have left. */
  endOfLeavers(): Promise<void>;
  /** Writes the end of sessions that ended by themselves, and forgets old tokens. */
  purge(): Promise<void>;
}

const REFUSED = 'the sign-in was refused: it is wrong, used, or over';
const refuse = (): MunimentError => new MunimentError('sign_in_refused', REFUSED);

/** People who may sign in: declared, not retired, and still here. */
export function livingPersons(view: View): Array<Rows['person']> {
  return [...view.rows('person').values()].filter((row) => !row.retired && row.spec.status === 'active');
}

/** A key for emergencies approves once and does nothing else. */
const opensSessions = ({ id, breakGlass }: ApprovalKey, view: View): boolean =>
  breakGlass === undefined && !view.rows('breakglass').has(id);

const keyOf = (view: View, fits: (key: ApprovalKey) => boolean) => {
  for (const person of livingPersons(view)) {
    const key = person.spec.keys.find((each) => opensSessions(each, view) && fits(each));
    if (key) return { person, key };
  }
  return undefined;
};

export function createSessions(house: {
  database: Database;
  log: Log;
  clock: Clock;
  party: passkey.RelyingParty;
}): Sessions {
  const { database, log, clock, party } = house;
  const challenges = createChallenges(clock);
  const now = () => timestamp(clock.now());

  function newSession(person: string | null, method: SessionMethod) {
    const token = newSecret(SESSION_PREFIX);
    const record: queries.SessionRecord = {
      hash: hashSecret(token),
      id: newId('session'),
      person,
      method,
      csrf: newSecret(),
      created: now(),
      last_used: now(),
      ends: timestamp(plusSeconds(clock.now(), SESSION_ABSOLUTE_SECONDS)),
    };
    return { record, opened: { token, csrf: record.csrf, ends: endOf(record), person } };
  }

  /** The entry, the session and whatever it used up stand or fall together. */
  async function open(
    person: string | null,
    method: SessionMethod,
    tokenHash?: Uint8Array,
  ): Promise<OpenedSession> {
    const { record, opened } = newSession(person, method);
    await log.commit({
      decide(view) {
        if (person !== null && !livingPersons(view).some(({ id }) => id === person)) throw refuse();
        if (person === null && view.rows('person').size > 0) throw refuse();
        const data = { person: person ?? '', method };
        const draft = { kind: 'session.opened' as const, subject: record.id, actor: person ?? 'sys', data };
        return { drafts: [draft], result: undefined };
      },
      async consume(tx) {
        if (tokenHash && !(await queries.useToken(tx, tokenHash, now()))) throw refuse();
      },
      beside: (tx) => queries.insertSession(tx, record),
    });
    return opened;
  }

  async function find(secret: string): Promise<queries.SessionRecord> {
    const record = secret.startsWith(SESSION_PREFIX)
      ? await queries.findSession(database.db, hashSecret(secret))
      : undefined;
    if (record === undefined || endOf(record) <= now()) {
      throw new MunimentError('session_ended', 'the session has ended; sign in again');
    }
    return record;
  }

  async function end(id: string, person: string | null, reason: string): Promise<void> {
    const data = { person: person ?? '', reason };
    await log.commit({
      decide: () => ({
        drafts: [{ kind: 'session.ended', subject: id, actor: person ?? 'sys', data }],
        result: undefined,
      }),
      async consume(tx) {
        if (!(await queries.deleteSession(tx, id))) {
          throw new MunimentError('session_ended', 'the session has ended already');
        }
      },
    });
  }

  return {
    challenges,
    party,
    end,

    async makeSignInToken(person) {
      const token = newSecret(SIGN_IN_PREFIX);
      const ends = timestamp(plusSeconds(clock.now(), SIGN_IN_TOKEN_SECONDS));
      await queries.insertToken(database.db, { hash: hashSecret(token), person, created: now(), ends });
      return { token, ends };
    },

    async redeem(token) {
      const hash = hashSecret(token);
      const found = await queries.findToken(database.db, hash);
      if (found === undefined) throw refuse();
      return open(found.person, 'sign-in-token', hash);
    },

    async openByKey({ keyId, challenge, signature }) {
      const ours = challenges.use(`key:${keyId}`, challenge);
      const found = keyOf(await log.view(), (key) => key.type === 'ed25519' && key.id === keyId);
      if (!ours || !found || !verifySessionSignature(found.key.publicKey, challenge, signature))
        throw refuse();
      return open(found.person.id, 'key-file');
    },

    async openByPasskey(response) {
      const found = keyOf(
        await log.view(),
        (key) => key.type === 'passkey' && key.credentialId === response.id,
      );
      const isOurs = (challenge: string) => challenges.use('passkey', challenge);
      if (!found || !(await passkey.verifyAssertion(party, found.key, response, isOurs))) throw refuse();
      return open(found.person.id, 'passkey');
    },

    async resolve(secret, carrier) {
      const record = await find(secret);
      if (plusSeconds(record.last_used, SESSION_TOUCH_SECONDS) <= clock.now()) {
        await queries.touchSession(database.db, record.hash, now());
      }
      const session: SessionHandle = { id: record.id, carrier, csrf: record.csrf, ends: endOf(record) };
      return callerOf(record.person, session, await log.view());
    },

    async bind(id, person) {
      await queries.bindSession(database.db, id, person);
    },

    async endOfLeavers() {
      const living = new Set(livingPersons(await log.view()).map(({ id }) => id));
      for (const { id, person } of await queries.sessionsOfPeople(database.db)) {
        if (person !== null && !living.has(person))
          await end(id, person, 'the person has left').catch(ignoreEnded);
      }
    },

    async purge() {
      const idleSince = timestamp(plusSeconds(clock.now(), -SESSION_IDLE_SECONDS));
      for (const { id, person, ends } of await queries.findEnded(database.db, now(), idleSince)) {
        await end(id, person, ends <= now() ? 'eight hours are over' : 'not used for thirty minutes').catch(
          ignoreEnded,
        );
      }
      await queries.deleteOldTokens(database.db, now());
    },
  };
}

/** Another replica was quicker. */
function ignoreEnded(error: unknown): void {
  if (!(error instanceof MunimentError && error.code === 'session_ended')) throw error;
}

function callerOf(person: string | null, session: SessionHandle, view: View): Caller {
  // Once there are people, a session without one is nobody's.
  if (person === null && view.rows('person').size === 0) return { kind: 'bootstrap', session };
  const row = livingPersons(view).find(({ id }) => id === person);
  if (row === undefined) throw new MunimentError('session_ended', 'the person behind this session has left');
  const roles: Role[] = [...row.spec.roles];
  return { kind: 'person', person: row.id, roles, session };
}
