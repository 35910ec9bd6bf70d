/** Clients that go on asking while something is wrong, and what they were told. */
import assert from 'node:assert/strict';
import {
  fromBase64,
  leafHash,
  parseCheckpoint,
  parseNote,
  parseVerifierKey,
  utf8,
  verifyInclusion,
  verifyNote,
} from '#verifier';
import type { StoredEntry } from '../../src/store/index.ts';
import type { FieldClient, Reply } from './field.ts';

export interface Told {
  status: number;
  /** Of our closed list; undefined for what was granted. */
  code: string | undefined;
  retryAfter: string | undefined;
  milliseconds: number;
  /** What was handed out, each with its receipt. */
  // biome-ignore lint/suspicious/noExplicitAny: the API's own answer
  items: any[];
}

export interface Load {
  told: Told[];
  /** Resolves once so many more were granted. */
  granted(count: number): Promise<void>;
  /** Resolves once any was not granted. */
  failed(): Promise<void>;
  stop(): Promise<void>;
}

const PAUSE_MILLISECONDS = 20;
const POLL_MILLISECONDS = 20;
const HANG_MILLISECONDS = 60_000;

/** Each client asks, waits for its answer, rests a moment, and asks again. */
export function startLoad(clients: FieldClient[], csr: string): Load {
  const told: Told[] = [];
  let going = true;
  const running = clients.map(async (client, at) => {
    while (going) {
      told.push(await askOnce(client, at % 2 === 0 ? { csr } : { audience: ['orders'] }));
      await rest(PAUSE_MILLISECONDS);
    }
  });
  const granted = () => told.filter(({ status }) => status === 200).length;
  const last = () => JSON.stringify(told.at(-1));
  return {
    told,
    async granted(count) {
      const enough = granted() + count;
      await until(() => granted() >= enough, last);
    },
    failed: () => until(() => granted() < told.length, last),
    async stop() {
      going = false;
      await Promise.all(running);
    },
  };
}

export async function askOnce(client: FieldClient, what: Parameters<FieldClient['issue']>[0]): Promise<Told> {
  const start = performance.now();
  return toldBy(await client.issue(what), performance.now() - start);
}

const toldBy = ({ status, json, headers }: Reply, milliseconds: number): Told => ({
  status,
  code: json?.code,
  retryAfter: headers['retry-after'] as string | undefined,
  milliseconds,
  items: json?.items ?? [],
});

export const rest = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Waits for a fact; `state` is shown where it never comes. */
export async function until(
  fact: () => boolean | Promise<boolean>,
  state: () => string = () => '',
): Promise<void> {
  const hangs = Date.now() + HANG_MILLISECONDS;
  while (!(await fact())) {
    assert.ok(Date.now() < hangs, `it never came to be: ${state()}`);
    await rest(POLL_MILLISECONDS);
  }
}

/** INVARIANT: whatever was handed out is an entry, byte for byte, under a checkpoint that the log's key signed. */
export async function checkRecorded(
  told: Told[],
  entry: (index: number) => Promise<Pick<StoredEntry, 'kind' | 'leaf'> | undefined>,
  verifierKey: string,
): Promise<number> {
  const key = parseVerifierKey(verifierKey);
  const seen = new Set<number>();
  for (const { receipt } of told.flatMap(({ items }) => items)) {
    assert.ok(!seen.has(receipt.index), `entry ${receipt.index} was handed out twice`);
    seen.add(receipt.index);
    const stored = await entry(receipt.index);
    assert.ok(stored, `entry ${receipt.index} was handed out and is lost`);
    assert.equal(Buffer.from(stored.leaf).toString('base64'), receipt.leaf);
    assert.equal(stored.kind, 'credential.granted');
    const note = parseNote(utf8(receipt.checkpoint));
    assert.equal((await verifyNote(note, [key])).length, 1);
    const { size, root } = parseCheckpoint(note.text);
    const proof = receipt.proof.map(fromBase64);
    assert.ok(verifyInclusion(receipt.index, size, leafHash(fromBase64(receipt.leaf)), proof, root));
  }
  return seen.size;
}
