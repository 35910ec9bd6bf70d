/**
 * The committer against a model: random work from two replicas at once, with a process that ends at any step. Whatever
 * happens, the log must read as if the work had been done one piece after the other, each piece whole or not at all.
 */
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import fc from 'fast-check';
import {
  decodeEntry,
  type Entry,
  emptyFrontier,
  equalBytes,
  extendFrontier,
  frontierRoot,
  leafHash,
  parseCheckpoint,
  parseNote,
  utf8,
} from '#verifier';
import {
  type Committed,
  type Database,
  type Log,
  openLog,
  type Tx,
  type View,
  verifyRows,
  type Work,
} from '../../src/store/index.ts';
import {
  agentJoined,
  granted,
  lockLifted,
  lockPlaced,
  refused,
  sessionEnded,
  tokenCreated,
} from '../support/drafts.ts';
import { describeEngines } from '../support/engines.ts';
import { testSigner } from '../support/log-signer.ts';

const STEPS = ['locked', 'decided', 'written', 'committed', 'signed'] as const;
type Step = (typeof STEPS)[number];

type Operation =
  | { type: 'lock' | 'lift' | 'grant'; identity: number }
  | { type: 'join'; token: number }
  | { type: 'note' | 'poison' | 'refuseBeside' };

interface Round {
  work: Array<{ replica: number; operation: Operation }>;
  /** Which replica ends, and where; null for a quiet round. */
  end: { replica: number; step: Step } | null;
}

const number = (max: number) => fc.integer({ min: 0, max });
const operation: fc.Arbitrary<Operation> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ type: fc.constantFrom('lock', 'lift', 'grant'), identity: number(2) }),
  },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('join' as const), token: number(1) }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constantFrom('note', 'poison', 'refuseBeside') }) },
);
const round: fc.Arbitrary<Round> = fc.record({
  work: fc.array(fc.record({ replica: number(1), operation }), { minLength: 1, maxLength: 12 }),
  end: fc.option(fc.record({ replica: number(1), step: fc.constantFrom(...STEPS) }), { freq: 2 }),
});

class Ended extends Error {}

/** A replica that can be made to end at a step, and is then opened anew. */
class Replica {
  readonly #database: Database;
  readonly #signer: ReturnType<typeof testSigner>;
  log!: Log;
  endAt: Step | null = null;
  ended = false;

  constructor(database: Database, signer: ReturnType<typeof testSigner>) {
    this.#database = database;
    this.#signer = signer;
  }

  async open(): Promise<void> {
    this.ended = false;
    this.log = await openLog({
      database: this.#database,
      signer: this.#signer,
      fault: (step) => {
        if (this.ended || step === this.endAt) {
          this.ended = true;
          throw new Ended(`ended at ${step}`);
        }
      },
    });
  }

  async reopenIfEnded(): Promise<void> {
    this.endAt = null;
    if (!this.ended) return;
    await this.log.close();
    await this.open();
  }
}

let serial = 0;
const unique = (prefix: string): string => {
  serial += 1;
  return `${prefix}_${serial}`;
};

const standingLocks = (view: View, identity: string) =>
  [...view.rows('lock').values()].filter(({ target, lifted }) => target.id === identity && lifted === null);

/** The work of one operation; names carry the run, so that runs share a database and nothing else. */
function workOf(run: string, operation: Operation, id: string): Work<string> {
  switch (operation.type) {
    case 'lock':
      return { decide: () => ({ drafts: [lockPlaced(id, `${run}_${operation.identity}`)], result: id }) };
    case 'lift':
      return {
        decide(view) {
          const [lock] = standingLocks(view, `${run}_${operation.identity}`);
          return { drafts: lock === undefined ? [] : [lockLifted(lock.id)], result: id };
        },
      };
    case 'grant':
      return {
        decide(view) {
          const identity = `${run}_${operation.identity}`;
          const locked = standingLocks(view, identity).length > 0;
          return { drafts: [locked ? refused(identity) : granted(identity)], result: id };
        },
      };
    case 'join':
      return join(`${run}_token_${operation.token}`, id);
    case 'note':
      return { decide: () => ({ drafts: [sessionEnded(id), sessionEnded(id)], result: id }) };
    case 'poison':
      return { decide: () => ({ drafts: [sessionEnded(id), sessionEnded(id, 'NUL \u0000')], result: id }) };
    case 'refuseBeside':
      return {
        decide: () => ({ drafts: [sessionEnded(id)], result: id }),
        beside: (tx) => writeThenFail(tx, id),
      };
  }
}

/** Leaves a write behind, unless the committer takes it back; and an error that spoils its transaction, unless it is contained. */
async function writeThenFail(tx: Tx, name: string): Promise<void> {
  await tx
    .insertInto('sealed_secret')
    .values({ name, sealed: utf8(name) })
    .execute();
  await tx
    .insertInto('sealed_secret')
    .values({ name, sealed: utf8(name) })
    .execute();
}

function join(token: string, agent: string): Work<string> {
  return {
    decide: () => ({ drafts: [agentJoined(agent, token)], result: agent }),
    async consume(tx) {
      const used = await tx
        .updateTable('join_token')
        .set({ used_at: 'used' })
        .where('id', '=', token)
        .where('used_at', 'is', null)
        .executeTakeFirstOrThrow();
      if (used.numUpdatedRows !== 1n) throw new Error('token is used');
    },
  };
}

async function makeTokens(log: Log, run: string): Promise<void> {
  for (const token of [0, 1].map((n) => `${run}_token_${n}`)) {
    await log.commit({
      decide: () => ({ drafts: [tokenCreated(token)], result: token }),
      async beside(tx) {
        await tx
          .insertInto('join_token')
          .values({ id: token, hash: utf8(token), used_at: null })
          .execute();
      },
    });
  }
}

interface Told {
  id: string;
  operation: Operation;
  ended: boolean;
  outcome: PromiseSettledResult<Committed<string>>;
}

/** The model: what must hold for entries in their order, whatever was tried. */
function checkOrder(entries: Entry[]): void {
  const locked = new Map<string, Set<string>>();
  const lockOf = new Map<string, string>();
  const joined = new Set<string>();
  for (const { leaf, body } of entries) {
    const data = body?.data as unknown as { lock: string; token: string; target: { id: string } };
    const locks = locked.get(leaf.subject)?.size ?? 0;
    if (leaf.kind === 'lock.placed') {
      lockOf.set(data.lock, data.target.id);
      locked.set(data.target.id, (locked.get(data.target.id) ?? new Set()).add(data.lock));
    }
    if (leaf.kind === 'lock.lifted') locked.get(lockOf.get(data.lock) ?? '')?.delete(data.lock);
    if (leaf.kind === 'credential.granted') assert.equal(locks, 0, 'granted though locked');
    if (leaf.kind === 'credential.refused') assert.ok(locks > 0, 'refused though not locked');
    if (leaf.kind === 'agent.joined') {
      assert.ok(!joined.has(data.token), 'a token was used twice');
      joined.add(data.token);
    }
  }
}

/** Each piece of work is in the log whole or not at all, and as it was told. */
function checkTold(
  { id, operation, ended, outcome }: Told,
  entries: Map<number, Entry>,
  bySubject: Map<string, number>,
): void {
  if (outcome.status === 'fulfilled') {
    for (const { index, leafHash: hash, leaf } of outcome.value.appended) {
      assert.ok(equalBytes(hash, leafHash(leaf)));
      assert.ok(entries.has(index), 'told, but not there');
    }
  }
  const fulfilled = outcome.status === 'fulfilled';
  const sound = ['lock', 'lift', 'grant', 'note'].includes(operation.type);
  assert.ok(fulfilled || ended || !sound, `${operation.type} failed without a reason`);
  if (operation.type === 'poison' || operation.type === 'refuseBeside') {
    assert.ok(!fulfilled);
    assert.equal(bySubject.get(id), undefined, `${operation.type} left an entry`);
  }
  if (operation.type !== 'note') return;
  const found = bySubject.get(id) ?? 0;
  assert.ok(found === 2 || (found === 0 && !fulfilled), 'half of it is there');
}

describeEngines('the committer against its model', (engine) => {
  const signer = testSigner();
  let replicas: Replica[];
  let database: Database;
  before(async () => {
    database = await engine.open();
    replicas = [new Replica(database, signer), new Replica(await engine.openAgain(), signer)];
    for (const replica of replicas) await replica.open();
  });

  const read = async (from: number): Promise<Entry[]> => {
    const entries: Entry[] = [];
    const { size } = await (replicas[0] as Replica).log.head();
    for await (const { index, leaf, body } of (replicas[0] as Replica).log.entries(from, size)) {
      entries.push(decodeEntry(index, leaf, body));
    }
    assert.deepEqual(
      entries.map(({ index }) => index),
      Array.from({ length: size - from }, (_, i) => from + i),
    );
    return entries;
  };

  const playRound = async (run: string, { work, end }: Round): Promise<Told[]> => {
    if (end !== null) (replicas[end.replica] as Replica).endAt = end.step;
    const pieces = work.map(({ replica, operation }) => ({ replica, operation, id: unique('lok') }));
    const outcomes = await Promise.allSettled(
      pieces.map(({ replica, operation, id }) =>
        (replicas[replica] as Replica).log.commit(workOf(run, operation, id)),
      ),
    );
    const told = pieces.map(({ replica, operation, id }, i) => ({
      id,
      operation,
      ended: end !== null && end.replica === replica,
      outcome: outcomes[i] as Told['outcome'],
    }));
    for (const replica of replicas) await replica.reopenIfEnded();
    return told;
  };

  const checkReceipts = async (told: Told[]): Promise<void> => {
    const log = (replicas[0] as Replica).log;
    const roots = new Map<number, Uint8Array>();
    let frontier = emptyFrontier();
    for await (const { leafHash: hash } of log.entries(0, (await log.head()).size)) {
      frontier = extendFrontier(frontier, hash);
      roots.set(frontier.size, frontierRoot(frontier));
    }
    for (const { outcome } of told) {
      if (outcome.status === 'rejected' || outcome.value.appended.length === 0) continue;
      const { size, root } = parseCheckpoint(parseNote(utf8(outcome.value.receipt(0).checkpoint)).text);
      assert.deepEqual(roots.get(size), root, 'a signed checkpoint is of another history');
    }
  };

  test('reads as one piece of work after the other, through locks, tokens, poison, two replicas, and ends at every step', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(round, { minLength: 1, maxLength: 4 }), async (rounds) => {
        const run = unique('idn');
        await makeTokens((replicas[0] as Replica).log, run);
        const from = (await (replicas[0] as Replica).log.head()).size;
        const told: Told[] = [];
        for (const each of rounds) told.push(...(await playRound(run, each)));
        const entries = await read(from);
        const byIndex = new Map(entries.map((entry) => [entry.index, entry]));
        const bySubject = new Map<string, number>();
        for (const { leaf } of entries) bySubject.set(leaf.subject, (bySubject.get(leaf.subject) ?? 0) + 1);
        checkOrder(entries);
        for (const each of told) checkTold(each, byIndex, bySubject);
        await checkReceipts(told);
      }),
      { numRuns: 25 },
    );
    assert.deepEqual((await verifyRows(database)).problems, []);
    assert.deepEqual(await database.db.selectFrom('sealed_secret').select('name').execute(), []);
  });
});
