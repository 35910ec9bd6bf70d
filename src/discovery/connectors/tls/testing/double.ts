import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { Double, Plan, Running } from '../../../testing/double.ts';
import { FOLDER, READ } from '../operations.ts';

/** RFC 8410, section 7: what stands before the 32 bytes of an Ed25519 key. */
const ED25519 = Buffer.from('302e020100300506032b657004220420', 'hex');
const KEY_BYTES = 32;

/** The private key that is only a number: each has its own public key, and it opens nothing. */
function keyPem(index: number): string {
  const key = Buffer.alloc(KEY_BYTES);
  key.writeUInt32BE(index);
  const base64 = Buffer.concat([ED25519, key]).toString('base64');
  return `-----BEGIN PRIVATE KEY-----\n${base64}\n-----END PRIVATE KEY-----\n`;
}

/** The same in every sweep: a file that was written anew would be one that changed. */
const WRITTEN = new Date('2026-01-01T00:00:00Z');

const PER_FILE = 100;
const HIT = 'store-0001.pem';

/** Each file holds so many; the last is empty of certificates, as an empty last page is. */
function write(folder: string, { items, fault }: Plan): void {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  for (let at = 0; at * PER_FILE < items; at += 1) {
    const count = Math.min(PER_FILE, items - at * PER_FILE);
    const name = `store-${String(at).padStart(4, '0')}.pem`;
    const text = Array.from({ length: count }, (_, index) => keyPem(at * PER_FILE + index)).join('');
    writeFileSync(join(folder, name), name === HIT ? hit(text, fault) : text);
    utimesSync(join(folder, name), WRITTEN, WRITTEN);
  }
  writeFileSync(join(folder, 'z-empty.pem'), '-----BEGIN DH PARAMETERS-----\n-----END DH PARAMETERS-----\n');
}

function hit(text: string, fault: Plan['fault']): string {
  if (fault === 'cut-page') return text.slice(0, text.length - 20);
  if (fault === 'invalid-answer') return 'no certificates here';
  if (fault === 'broken-item') return text.replace(/(?<=-----\n)[A-Za-z0-9+/]{8}/, 'AAAAAAAA');
  return fault === 'forbidden-part' ? text.padEnd(2 * 1024 * 1024) : text;
}

async function start(t: TestContext, plan: Plan): Promise<Running> {
  const base = mkdtempSync(join(tmpdir(), 'tls-double-'));
  const folder = join(base, 'stores');
  const put = (fault: Plan['fault']) => write(folder, { ...plan, fault });
  const fail = () =>
    plan.fault === 'not-found' ? rmSync(folder, { recursive: true, force: true }) : put(plan.fault);
  fail();
  const stop = async () => rmSync(base, { recursive: true, force: true });
  t.after(stop);
  return {
    settings: { folders: [folder] },
    secrets: {},
    // Files keep no account of who reads them.
    asked: () => [READ, FOLDER],
    heal: () => put('none'),
    fail,
    stop,
  };
}

const NO_PROVIDER = 'files on this host are read: nobody answers';

export const double: Double = {
  listing: 'stores',
  start,
  not: {
    unauthorized: 'no credential is asked for',
    'too-many-with-retry-after': NO_PROVIDER,
    'too-many-without-retry-after': NO_PROVIDER,
    'too-many-for-good': NO_PROVIDER,
    'error-then-good': NO_PROVIDER,
    'repeated-page': 'each path is read once',
    'connection-cut': NO_PROVIDER,
    'clock-off': NO_PROVIDER,
    'count-disagrees': 'a file counts nothing',
    'hostile-names': 'a key in a file has no name',
    slow: NO_PROVIDER,
  },
};
