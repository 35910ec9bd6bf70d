import { type FileHandle, open, readlink, stat } from 'node:fs/promises';
import type { Facts } from '#verifier';
import { derivedId, MunimentError } from '../kernel/index.ts';
import { AccountNames } from './accounts.ts';
import { BinaryHashes, isSettled, keyOf } from './binary-hash.ts';
import { type Peer, startTicks } from './peer.ts';

/** What the kernel proved about a caller. A fact that could not be proven is absent. */
export interface Attestation {
  /** `uid`, `gid`, `pid`, `proof`; where provable `path`, `sha256`, `user`, `group`. */
  facts: Facts;
  /** The running process: the same id for as long as it runs, another for whoever gets its number later. */
  instance: string;
}

export interface Attestor {
  /** Throws `attestation_refused` where the caller ended in between: what was read may then belong to another. */
  attest(peer: Peer): Promise<Attestation>;
}

export interface AttestorOptions {
  /** Distinguishes the instances of this agent from those of others: agent id and boot id. */
  seed: string;
  passwd?: string;
  group?: string;
  hashes?: BinaryHashes;
}

/** Looks at processes of this host through `/proc`. Needs CAP_SYS_PTRACE to see another user's binary. */
export function createAttestor(options: AttestorOptions): Attestor {
  const users = new AccountNames(options.passwd ?? '/etc/passwd');
  const groups = new AccountNames(options.group ?? '/etc/group');
  const hashes = options.hashes ?? new BinaryHashes();
  const fresh = new WeakMap<Peer, { attestation: Attestation; binary: string; until: number }>();
  async function look({ pid, uid, gid, proof }: Peer): Promise<Attestation> {
    const binary = await lookAtBinary(pid, hashes);
    const names = { user: await users.nameOf(uid), group: await groups.nameOf(gid) };
    const started = startTicks(pid);
    const facts = withoutAbsent({ uid, gid, pid, proof, ...binary, ...names });
    return { facts, instance: derivedId('instance', `${options.seed}\n${pid}\n${started ?? ''}`) };
  }
  return {
    async attest(peer) {
      const binary = await runningFile(peer.pid);
      const known = fresh.get(peer);
      const stands = known !== undefined && known.binary === binary && performance.now() < known.until;
      const attestation = stands ? known.attestation : await look(peer);
      // INVARIANT: last of all. While the process lives its number is its own, so all of the above was about it.
      if (!peer.lives()) throw new MunimentError('attestation_refused', 'the caller has ended');
      const until = performance.now() + REUSE_MILLISECONDS;
      if (!stands && binary !== undefined) fresh.set(peer, { attestation, binary, until });
      return attestation;
    },
  };
}

/**
 * A connection that asks again within this time is looked at again only as far as that the same process still runs the same
 * file: a program may put another in its own place at any moment, but not under the same device, inode and change time.
 */
const REUSE_MILLISECONDS = 1_000;

/** What file the process runs now; undefined where it cannot be seen, or changed too recently to be told by its change time. */
async function runningFile(pid: number): Promise<string | undefined> {
  try {
    const file = await stat(`/proc/${pid}/exe`, { bigint: true });
    return isSettled(file) ? keyOf(file) : undefined;
  } catch {
    return undefined;
  }
}

/** A name that could redraw a terminal is no name that a trust could have meant. */
const PRINTABLE = /^\P{Cc}+$/u;

interface Binary {
  path: string | undefined;
  sha256: string | undefined;
}

/** Reads through `/proc/PID/exe`, which is the file that runs, whatever stands under its name by now. */
async function lookAtBinary(pid: number, hashes: BinaryHashes): Promise<Binary> {
  const link = `/proc/${pid}/exe`;
  let file: FileHandle;
  try {
    file = await open(link, 'r');
  } catch {
    return { path: undefined, sha256: undefined };
  }
  try {
    return { path: await provenPath(link, file), sha256: await hashes.of(file) };
  } finally {
    await file.close();
  }
}

/**
 * The kernel shows a path as the caller's mount namespace has it, and anybody may make such a namespace and mount a file of
 * their own over `/usr/bin/x`. So the path counts only if this agent, too, finds the running file there.
 */
async function provenPath(link: string, file: FileHandle): Promise<string | undefined> {
  try {
    const path = await readlink(link);
    const [running, found] = await Promise.all([file.stat({ bigint: true }), stat(path, { bigint: true })]);
    const same = running.dev === found.dev && running.ino === found.ino;
    return same && PRINTABLE.test(path) ? path : undefined;
  } catch {
    return undefined;
  }
}

const withoutAbsent = (facts: Record<string, Facts[string] | undefined>): Facts =>
  Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined)) as Facts;
