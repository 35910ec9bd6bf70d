import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { Double, Plan, Running } from '../../../testing/double.ts';
import { FOLDER, READ } from '../operations.ts';

/** Of a leaf made for tests, whose key was thrown away. */
const CERTIFICATE = `-----BEGIN CERTIFICATE-----
MIIBoDCCAUegAwIBAgIUHsII0jj45DGJ8GaUlXXySJ+sRY0wCgYIKoZIzj0EAwIw
GTEXMBUGA1UEAwwOZG91YmxlLmV4YW1wbGUwIBcNMjYxMTI0MjIxNDU1WhgPMjEy
NjEwMzEyMjE0NTVaMBkxFzAVBgNVBAMMDmRvdWJsZS5leGFtcGxlMFkwEwYHKoZI
zj0CAQYIKoZIzj0DAQcDQgAE02JW61y5eZWiwUIxzO+ZSncNP5CH/599kkVaQPFZ
pCCowRxA0VQFhKskBl7mC/S0Xnr/rOhIrxzlFMu9OKTkGqNrMGkwHQYDVR0OBBYE
FFUMN/cp14MtwL1kNn2TEzlpIlvSMB8GA1UdIwQYMBaAFFUMN/cp14MtwL1kNn2T
EzlpIlvSMAwGA1UdEwEB/wQCMAAwGQYDVR0RBBIwEIIOZG91YmxlLmV4YW1wbGUw
CgYIKoZIzj0EAwIDRwAwRAIgcH11l2DVtqxj/QaYjQpfX+645Pf/iDAFtwhe+ZWJ
VrMCICqyOhPScDbsmqyG65j+68xwki1jw8u/cinPxN+ZOET2
-----END CERTIFICATE-----
`;
const PER_FILE = 100;
const HIT = 'store-0001.pem';

/** Each file holds so many; the last is empty of certificates, as an empty last page is. */
function write(folder: string, { items, fault }: Plan): void {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  for (let at = 0; at * PER_FILE < items; at += 1) {
    const count = Math.min(PER_FILE, items - at * PER_FILE);
    const name = `store-${String(at).padStart(4, '0')}.pem`;
    const text = CERTIFICATE.repeat(count);
    writeFileSync(join(folder, name), name === HIT ? hit(text, fault) : text);
  }
  writeFileSync(join(folder, 'z-empty.pem'), '-----BEGIN DH PARAMETERS-----\n-----END DH PARAMETERS-----\n');
}

function hit(text: string, fault: Plan['fault']): string {
  if (fault === 'cut-page') return text.slice(0, text.length - 100);
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
    'hostile-names': 'certificates of one key stand for all; hostile subjects are a case of the mapping',
    slow: NO_PROVIDER,
  },
};
