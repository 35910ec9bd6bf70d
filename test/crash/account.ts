/** What a server acknowledged under load, and the proof afterwards that all of it stands. */
import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  decodeEntry,
  emptyFrontier,
  equalBytes,
  extendFrontier,
  fromBase64,
  frontierRoot,
  hex,
  leafHash,
  parseCheckpoint,
  parseNote,
  parseVerifierKey,
  utf8,
  type VerifierKey,
  verifyInclusion,
  verifyNote,
} from '#verifier';
import { parseJti, parseSerial } from '../../src/crypto/index.ts';
import { verifyTileFolder } from '../../src/ledger/index.ts';
import { openDatabase, type Receipt, verifyRows } from '../../src/store/index.ts';
import type { Place } from '../support/field.ts';

export interface Credential {
  entry: number;
  /** Base64 DER, the leaf first. */
  certificate?: string[];
  jwt?: string;
}

/** Everything that a client was told and may hold the log to. */
export class Account {
  readonly receipts: Receipt[] = [];
  readonly credentials: Credential[] = [];
  readonly refusals: Array<{ entry: number; code: string }> = [];
  /** Tokens by id, and how many joins with each were acknowledged. */
  readonly joins = new Map<string, number>();
  /** Answers that no client should ever get. */
  readonly faults: string[] = [];

  /** What was told so far. */
  copy(): Account {
    const copy = new Account();
    copy.receipts.push(...this.receipts);
    copy.credentials.push(...this.credentials);
    copy.refusals.push(...this.refusals);
    copy.faults.push(...this.faults);
    for (const [token, count] of this.joins) copy.joins.set(token, count);
    return copy;
  }

  get size(): number {
    return this.receipts.length + this.refusals.length;
  }
}

interface Kept {
  leaf: Uint8Array;
  body: Uint8Array | null;
}

/** The log as it lies in the database of a server that has ended. */
interface Remains {
  entries: Kept[];
  /** Root of the tree of each size. */
  roots: Uint8Array[];
}

/**
 * Holds what remains against the account: rows and tiles verify, every acknowledged entry is there byte by byte under a
 * checkpoint of this one log, every credential names an entry that grants it, and no one-time token was used twice.
 * @returns the size of the log
 */
export async function checkAccount(
  place: Place,
  account: Account,
  published = [place.data],
): Promise<number> {
  assert.deepEqual(account.faults, []);
  const key = parseVerifierKey(readFileSync(join(place.data, 'log.vkey'), 'utf8').trim());
  const remains = await readRemains(place);
  for (const data of published) await checkPublished(join(data, 'log'), key, remains);
  const roots = await checkpointRoots(account.receipts, key);
  for (const receipt of account.receipts) checkReceipt(receipt, roots.get(receipt.checkpoint), remains);
  for (const credential of account.credentials) checkCredential(credential, remains);
  for (const refusal of account.refusals) checkRefusal(refusal, remains);
  checkTokens(account, remains);
  return remains.entries.length;
}

async function readRemains({ data, databaseUrl }: Place): Promise<Remains> {
  const database = await openDatabase(databaseUrl === undefined ? { folder: data } : { url: databaseUrl });
  try {
    const { problems, size } = await verifyRows(database);
    assert.deepEqual(problems, []);
    const rows = await database.db
      .selectFrom('entry')
      .innerJoin('body', 'body.idx', 'entry.idx')
      .select(['entry.idx', 'leaf', 'bytes'])
      .orderBy('entry.idx')
      .execute();
    assert.deepEqual(
      rows.map(({ idx }) => idx),
      Array.from({ length: size }, (_, index) => index),
    );
    const entries = rows.map(({ leaf, bytes }) => ({ leaf, body: bytes }));
    return { entries, roots: rootsOf(entries) };
  } finally {
    await database.close();
  }
}

function rootsOf(entries: Kept[]): Uint8Array[] {
  let frontier = emptyFrontier();
  const roots = [frontierRoot(frontier)];
  for (const { leaf } of entries) {
    frontier = extendFrontier(frontier, leafHash(leaf));
    roots.push(frontierRoot(frontier));
  }
  return roots;
}

async function checkPublished(folder: string, key: VerifierKey, { roots }: Remains): Promise<void> {
  // A crash may come before the first publication.
  if (!existsSync(join(folder, 'checkpoint'))) return;
  const report = await verifyTileFolder(folder, { key });
  assert.deepEqual(report.problems, []);
  const { size, root } = parseCheckpoint(parseNote(readFileSync(join(folder, 'checkpoint'))).text);
  assert.ok(equalBytes(root, roots[size] as Uint8Array), `${folder} forks at ${size}`);
}

interface Checked {
  size: number;
  root: Uint8Array;
}

/** Many receipts share a batch, and so a checkpoint: each signature is checked once. */
async function checkpointRoots(receipts: Receipt[], key: VerifierKey): Promise<Map<string, Checked>> {
  const checked = new Map<string, Checked>();
  for (const { checkpoint } of receipts) {
    if (checked.has(checkpoint)) continue;
    const note = parseNote(utf8(checkpoint));
    assert.equal((await verifyNote(note, [key])).length, 1);
    checked.set(checkpoint, parseCheckpoint(note.text));
  }
  return checked;
}

function checkReceipt(receipt: Receipt, checkpoint: Checked | undefined, { entries, roots }: Remains): void {
  const { index, leaf, body, proof } = receipt;
  assert.ok(checkpoint);
  const { size, root } = checkpoint;
  assert.ok(size < roots.length, `entry ${index} was acknowledged and is lost`);
  assert.ok(equalBytes(root, roots[size] as Uint8Array), `the log forks before ${size}`);
  const told = fromBase64(leaf);
  assert.ok(verifyInclusion(index, size, leafHash(told), proof.map(fromBase64), root));
  const kept = entries[index];
  assert.ok(kept && equalBytes(kept.leaf, told), `entry ${index} is not what was acknowledged`);
  assert.ok(kept.body && equalBytes(kept.body, fromBase64(body)), `entry ${index} has another body`);
}

const isCredential = (kind: string | undefined): boolean => kind === 'credential.granted';

function checkCredential({ entry, certificate, jwt }: Credential, { entries }: Remains): void {
  const kept = entries[entry];
  assert.ok(kept, `a credential was handed out, and its entry ${entry} is lost`);
  const { leaf } = decodeEntry(entry, kept.leaf, kept.body);
  assert.ok(isCredential(leaf.kind), `entry ${entry} is a ${leaf.kind} and grants nothing`);
  const name = jwt === undefined ? nameIn(certificate?.[0] ?? '') : parseJti(claimsOf(jwt).jti);
  assert.equal(name?.index, entry);
  assert.ok(hex(leafHash(kept.leaf)).startsWith(name?.leafHash ?? 'none'));
}

const nameIn = (certificate: string) =>
  parseSerial(new X509Certificate(Buffer.from(certificate, 'base64')).serialNumber);

const claimsOf = (jwt: string): { jti: string; exp: number; iat: number } =>
  JSON.parse(Buffer.from(jwt.split('.')[1] ?? '', 'base64url').toString());

function checkRefusal({ entry, code }: { entry: number; code: string }, { entries }: Remains): void {
  const kept = entries[entry];
  assert.ok(kept, `a refusal was told, and its entry ${entry} is lost`);
  const { leaf, body } = decodeEntry(entry, kept.leaf, kept.body);
  assert.equal(leaf.kind, 'credential.refused');
  assert.ok(body !== null && 'code' in body.data && body.data.code === code);
}

function checkTokens({ joins }: Account, { entries }: Remains): void {
  const used = new Map<string, number>();
  for (const [index, { leaf, body }] of entries.entries()) {
    const entry = decodeEntry(index, leaf, body);
    if (entry.leaf.kind !== 'agent.joined') continue;
    assert.ok(entry.body !== null && 'token' in entry.body.data);
    const token = String(entry.body.data.token);
    used.set(token, (used.get(token) ?? 0) + 1);
  }
  for (const [token, times] of used) assert.equal(times, 1, `token ${token} was used ${times} times`);
  for (const [token, times] of joins) {
    assert.ok(times <= 1, `token ${token} let ${times} join`);
    if (times === 1) assert.ok(used.has(token), `a join with ${token} was acknowledged and is lost`);
  }
}
