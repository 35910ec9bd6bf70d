/**
 * The few system calls that Node does not offer, through the C library that the process already has. Loaded on first use,
 * so a program that needs none of them starts without it.
 */
import koffi from 'koffi';
import { MunimentError } from './errors.ts';

const SOL_SOCKET = 1;
const SO_PEERCRED = 17;
const SO_PEERPIDFD = 77;
const SYS_PIDFD_OPEN = 434;
const ENOPROTOOPT = 92;
const POLLIN = 1;
const UCRED_BYTES = 12;
/** How often a system call that a signal interrupts is made again. */
const INTERRUPTED_MAX = 100;

interface Libc {
  getsockopt(fd: number, level: number, option: number, value: Buffer, length: number[]): number;
  poll(fds: Buffer, count: number, timeoutMilliseconds: number): number;
  syscall(number: number, ...typed: Array<string | number>): number;
}

let loaded: Libc | undefined;

function libc(): Libc {
  if (process.platform !== 'linux') {
    throw new MunimentError('not_supported', `peer credentials are not read on \`${process.platform}\``);
  }
  loaded ??= load();
  return loaded;
}

function load(): Libc {
  const own = koffi.load(null);
  return {
    getsockopt: own.func('int getsockopt(int, int, int, void *, _Inout_ uint32_t *)'),
    poll: own.func('int poll(void *, unsigned long, int)'),
    syscall: own.func('long syscall(long, ...)'),
  };
}

/** Who was at the other end of a unix socket when it connected. */
export interface PeerCredentials {
  pid: number;
  uid: number;
  gid: number;
}

/** SO_PEERCRED (unix(7)). Throws `attestation_refused` where the kernel tells nothing, e.g. a peer of another pid namespace. */
export function peerCredentials(fd: number): PeerCredentials {
  const value = readOption(fd, SO_PEERCRED, UCRED_BYTES);
  const peer = value && { pid: value.readInt32LE(0), uid: value.readUInt32LE(4), gid: value.readUInt32LE(8) };
  if (!peer || peer.pid <= 0)
    throw new MunimentError('attestation_refused', 'the kernel names no peer process');
  return peer;
}

/**
 * SO_PEERPIDFD, Linux 6.5: a handle on the very process that connected, whatever happens to its number. The caller closes
 * it. `undefined` only from a kernel that lacks the option; a peer that is gone throws, for its number may be another's by now.
 */
export function peerPidfd(fd: number): number | undefined {
  const pidfd = readOption(fd, SO_PEERPIDFD, 4)?.readInt32LE(0);
  if (pidfd === undefined && koffi.errno() !== ENOPROTOOPT) {
    throw new MunimentError('attestation_refused', 'the peer process is gone');
  }
  return pidfd;
}

/** pidfd_open(2), Linux 5.3: names whoever has the number *now*; only a second look makes it fit for a peer. */
export function openPidfd(pid: number): number | undefined {
  const pidfd = Number(libc().syscall(SYS_PIDFD_OPEN, 'int', pid, 'unsigned int', 0));
  return pidfd < 0 ? undefined : pidfd;
}

/** A pidfd becomes readable when its process ends; asking so needs no right over the process. */
export function processLives(pidfd: number): boolean {
  const request = Buffer.alloc(8);
  request.writeInt32LE(pidfd, 0);
  request.writeInt16LE(POLLIN, 4);
  const { poll } = libc();
  for (let tries = 0; tries < INTERRUPTED_MAX; tries += 1) {
    const ready = poll(request, 1, 0);
    // A signal in between says nothing about the process: a caller that lives must not be turned away for it.
    if (ready >= 0 || koffi.errno() !== koffi.os.errno.EINTR) return ready === 0;
  }
  return false;
}

function readOption(fd: number, option: number, bytes: number): Buffer | undefined {
  const value = Buffer.alloc(bytes);
  const length = [bytes];
  const failed = libc().getsockopt(fd, SOL_SOCKET, option, value, length) !== 0;
  return failed || length[0] !== bytes ? undefined : value;
}

const LOCK_EX = 2;
const LOCK_NB = 4;

let flock: ((fd: number, operation: number) => number) | undefined;

/**
 * Takes an exclusive flock(2) on an open file without waiting. The kernel drops it with the descriptor or the process, so
 * there is never a stale lock to reap.
 * @returns false where another process holds it
 */
export function tryLockFile(fd: number): boolean {
  flock ??= koffi.load(null).func('int flock(int, int)') as NonNullable<typeof flock>;
  if (flock(fd, LOCK_EX | LOCK_NB) === 0) return true;
  const errno = koffi.errno();
  if (errno === koffi.os.errno.EWOULDBLOCK) return false;
  throw new MunimentError('internal', 'cannot lock the data folder', { detail: `flock: errno ${errno}` });
}
