/** What a relying party of the tests needs from us: an SVID of the agent's, a server certificate, and CRLs as served. */
import { X509Certificate } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ForeignClient } from '../../src/agent/testing/foreign-client.ts';
import { encodePem } from '../../src/crypto/index.ts';
import { type AgentHouse, IDENTITY } from '../support/agent-house.ts';

/** PEM: the chain with its leaf first, and the key. */
export interface Credential {
  cert: string;
  key: string;
  serial: string;
}

export interface RelyingParty {
  /** Holds `root.pem`, `server.pem`, `server.key` and `crls.pem`. */
  folder: string;
  /** The root alone, PEM. */
  root: string;
  /** Fetches every CRL anew, as a scheduled job beside a server would, and lays them where the server reads them. */
  renewCrls(): Promise<void>;
  remove(): void;
}

const HANG_MS = 30_000;
const pem = (der: Uint8Array): string => encodePem(der, 'CERTIFICATE');

/** The X509-SVID that the agent's socket hands out now. */
export async function fetchSvid(socketPath: string): Promise<Credential> {
  const client = new ForeignClient(socketPath);
  try {
    const { svids } = await client.watch('FetchX509SVID').next();
    const chain: Buffer = svids[0].x509_svid;
    const leaf = new X509Certificate(chain);
    return {
      cert: pem(leaf.raw) + pem(chain.subarray(leaf.raw.length)),
      key: encodePem(svids[0].x509_svid_key, 'PRIVATE KEY'),
      serial: leaf.serialNumber,
    };
  } finally {
    client.close();
  }
}

export async function prepareParty({ server }: AgentHouse): Promise<RelyingParty> {
  const own = mkdtempSync(join(tmpdir(), 'muniment-party-'));
  // The server that reads it runs as a user of its own.
  chmodSync(own, 0o755);
  const { authority } = server.house;
  const { cert, key } = await authority.serverIdentity(['localhost']);
  const root = pem(authority.root().certificate);
  for (const [file, text] of Object.entries({ 'root.pem': root, 'server.pem': cert, 'server.key': key }))
    writeFileSync(join(own, file), text, { mode: 0o600 });
  const names = (await authority.published()).map((ca) => ca.name);
  const party = {
    folder: own,
    root,
    async renewCrls() {
      const served = await Promise.all(names.map((ca) => fetch(`${server.urls.console}/pki/${ca}.crl`)));
      const ders = await Promise.all(served.map((answer) => answer.arrayBuffer()));
      const text = ders.map((der) => encodePem(new Uint8Array(der), 'X509 CRL')).join('');
      writeFileSync(join(own, 'crls.pem'), text);
    },
    remove: () => rmSync(own, { recursive: true, force: true }),
  };
  await party.renewCrls();
  return party;
}

/** Tries until the answer is the one wanted; an answer that never comes ends in an error that names the last. */
export async function until<T>(ask: () => Promise<T>, wanted: (answer: T) => boolean): Promise<T> {
  const deadline = Date.now() + HANG_MS;
  let answer = await ask();
  while (!wanted(answer)) {
    if (Date.now() > deadline) throw new Error(`still answers ${JSON.stringify(answer)}`);
    answer = await ask();
  }
  return answer;
}

export interface Door {
  party: RelyingParty;
  /** What the server says to this credential: `welcome`, or why not. */
  knock(credential: Credential): Promise<string>;
  reload(): Promise<void>;
}

/**
 * Locks the identity, renews the CRLs and waits until the server refuses; then lifts the lock, after which the dead
 * credential must stay refused and a new one be let in.
 * @returns milliseconds from the lock to the first refusal that was seen
 */
export async function lockAndKnock(house: AgentHouse, socketPath: string, door: Door) {
  const { revocation } = house.server.house;
  const dead = await fetchSvid(socketPath);
  const before = await door.knock(dead);
  const start = performance.now();
  const { lock } = await revocation.lock({ kind: 'identity', id: IDENTITY }, 'a test', 'sys');
  await door.party.renewCrls();
  await door.reload();
  const refused = await until(
    () => door.knock(dead),
    (answer) => answer !== 'welcome',
  );
  const milliseconds = Math.round(performance.now() - start);
  await revocation.lift(lock, 'the test is over', 'sys');
  const fresh = await until(
    () => fetchSvid(socketPath).catch(() => dead),
    ({ serial }) => serial !== dead.serial,
  );
  return { before, refused, milliseconds, after: await door.knock(dead), anew: await door.knock(fresh) };
}
