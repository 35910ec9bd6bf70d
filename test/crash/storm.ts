/** Load on a server that may die at any moment: grants and refusals, locks, and one-time tokens that two show at once. */
import {
  askToJoin,
  csrOf,
  type FieldClient,
  type FieldServer,
  newKey,
  operate,
  type Reply,
} from '../support/field.ts';
import type { Account, Credential } from './account.ts';

type Target = Pick<FieldServer, 'place' | 'api'>;

export interface Storm {
  /** Resolves when so many more answers were noted, or when every caller has met its server's end. */
  answers(count: number): Promise<void>;
  stop(): Promise<void>;
}

/** More would be shed as guesses: of two that show one token, one is refused. */
const TOKENS_MAX = 6;
const ISSUERS_PER_CLIENT = 4;
const CSR = csrOf(newKey());
/** What is refused by the profile, and so by an entry. */
const BEYOND = { audience: ['elsewhere'] };
const ASKED = [{ csr: CSR }, { audience: ['orders'] }, { csr: CSR }, BEYOND] as const;
/** No record could be made, or too many failed: nothing was done. Anything else above 403 is a fault of ours. */
const SHED = new Set([429, 503]);

/** @param clients issue; the last of them is locked and let go again and again, where there are several */
export function startStorm(target: Target, clients: FieldClient[], account: Account): Storm {
  const state = { stopped: false };
  const lockable = clients.length > 1 ? clients.at(-1) : undefined;
  const issuers = clients.filter((client) => client !== lockable);
  const callers = [
    ...issuers.flatMap((client) =>
      Array.from({ length: ISSUERS_PER_CLIENT }, (_, turn) => until(state, issuing(client, account, turn))),
    ),
    ...(lockable === undefined ? [] : [until(state, locking(target, lockable, account))]),
    until(state, joining(target, account)),
  ];
  const ended = Promise.all(callers).finally(() => {
    state.stopped = true;
  });
  return {
    answers: (count) => Promise.race([grown(state, account, count), ended.then(() => undefined)]),
    async stop() {
      state.stopped = true;
      await ended;
    },
  };
}

/** Repeats a step until it is told to stop, or its server is gone. */
async function until(state: { stopped: boolean }, step: () => Promise<boolean>): Promise<void> {
  try {
    while (!state.stopped && (await step()));
  } catch (error) {
    if (!isCut(error)) throw error;
  }
}

/** A connection that failed: whether the request was done is not known. */
const isCut = (error: unknown): boolean =>
  /cut|no answer|socket|connect|ECONN|EPIPE|ENOENT|aborted/i.test(
    `${(error as { code?: string }).code} ${error}`,
  );

async function grown(state: { stopped: boolean }, account: Account, count: number): Promise<void> {
  const wanted = account.size + count;
  while (!state.stopped && account.size < wanted) await new Promise((resolve) => setTimeout(resolve, 2));
}

function issuing(client: FieldClient, account: Account, first: number): () => Promise<boolean> {
  let turn = first;
  return async () => {
    const asked = ASKED[turn % ASKED.length] as (typeof ASKED)[number];
    turn += 1;
    note(account, await client.issue(asked as { csr: string }), asked === BEYOND ? 'profile_denied' : null);
    return true;
  };
}

/** Notes what was told. @param refusal the code of the refusal that is due; null where a grant is */
function note(account: Account, reply: Reply, refusal: string | null): void {
  const { status, json, text } = reply;
  if (status === 200 && refusal === null) noteGrants(account, json.items);
  else if (status === 403 && json.code === refusal && typeof json.entry === 'number') {
    account.refusals.push({ entry: json.entry, code: json.code });
  } else if (!SHED.has(status)) account.faults.push(`${refusal ?? 'a grant'} was due: ${status} ${text}`);
}

export function noteGrants(account: Account, items: Array<Credential & { receipt: never }>): void {
  for (const item of items) {
    account.receipts.push(item.receipt);
    account.credentials.push(item);
  }
}

function locking({ place }: Target, client: FieldClient, account: Account): () => Promise<boolean> {
  const lift = (lock: string) => operate(place, `/locks/${lock}/lift`, { reason: 'storm' });
  let isFirst = true;
  return async () => {
    // The server may have died between a lock and its end.
    if (isFirst) for (const lock of await standing(place, client)) await lift(lock);
    isFirst = false;
    const placed = await operate(place, '/locks', {
      target: { kind: 'agent', id: client.agent },
      reason: 'storm',
    });
    if (placed.status !== 200) return SHED.has(placed.status);
    account.receipts.push(placed.json.receipt);
    note(account, await client.issue({ csr: CSR }), 'locked');
    const lifted = await lift(placed.json.lock);
    if (lifted.status === 200) account.receipts.push(lifted.json.receipt);
    return true;
  };
}

async function standing(place: Target['place'], { agent }: FieldClient): Promise<string[]> {
  const { json } = await operate(place, '/locks');
  const locks = json.items as Array<{ id: string; lifted: string | null; target: { id: string } }>;
  return locks.filter(({ lifted, target }) => lifted === null && target.id === agent).map(({ id }) => id);
}

/** Two show one token at the same moment, and one of them again afterwards. */
function joining(target: Target, account: Account): () => Promise<boolean> {
  let left = TOKENS_MAX;
  return async () => {
    left -= 1;
    const name = `storm-${Math.random().toString(36).slice(2, 10)}`;
    const made = await operate(target.place, '/tokens', { agent: name });
    if (made.status !== 200) return left > 0;
    const { id, token } = made.json as { id: string; token: string };
    const show = async () => noteJoin(account, id, await askToJoin(target, { token, name, csr: CSR }));
    const shown = await Promise.allSettled([show(), show()]);
    await show();
    for (const each of shown) if (each.status === 'rejected') throw each.reason;
    return left > 0;
  };
}

function noteJoin(account: Account, token: string, { status, json, text }: Reply): void {
  if (status === 200) {
    account.joins.set(token, (account.joins.get(token) ?? 0) + 1);
    account.receipts.push(json.receipt);
  } else if (status !== 403 && !SHED.has(status)) account.faults.push(`a join: ${status} ${text}`);
}
