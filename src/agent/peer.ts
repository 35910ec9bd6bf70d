import { closeSync, readFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { MunimentError } from '../kernel/index.ts';
import { openPidfd, peerCredentials, peerPidfd, processLives } from '../kernel/native.ts';

/**
 * The process at the other end of a connection. A number alone may be given to another process once its owner ends, so
 * everything that is read under `/proc/PID` counts only if `lives()` still holds afterwards.
 */
export interface Peer {
  readonly pid: number;
  readonly uid: number;
  readonly gid: number;
  /** `pidfd`: the kernel handed over the very process that connected. `pid`: opened by its number, with a second look. */
  readonly proof: 'pidfd' | 'pid';
  lives(): boolean;
  close(): void;
}

/** Reads who connected. Throws `attestation_refused` where that process is gone, `not_supported` off Linux. */
export function readPeer(socket: Socket): Peer {
  const fd = descriptorOf(socket);
  const who = peerCredentials(fd);
  const exact = peerPidfd(fd);
  const pidfd = exact ?? openByNumber(who.pid, who.uid);
  let open = true;
  return {
    ...who,
    proof: exact === undefined ? 'pid' : 'pidfd',
    lives: () => open && processLives(pidfd),
    close() {
      if (open) closeSync(pidfd);
      open = false;
    },
  };
}

/** Node keeps the descriptor in a private field and offers no other way to it. */
function descriptorOf(socket: Socket): number {
  const handle = (socket as unknown as { _handle?: { fd?: number } | null })._handle;
  if (typeof handle?.fd !== 'number' || handle.fd < 0) {
    throw new MunimentError('attestation_refused', 'the connection has no descriptor');
  }
  return handle.fd;
}

/**
 * Before Linux 6.5 the number is all there is. The second look: whoever has it now must have started before this
 * connection was taken up and belong to the same user, or the number was handed on in between.
 */
function openByNumber(pid: number, uid: number): number {
  const seenAt = uptimeTicks();
  const pidfd = openPidfd(pid);
  if (pidfd === undefined) throw new MunimentError('attestation_refused', 'the peer process is gone');
  const started = startTicks(pid);
  if (started !== undefined && started <= seenAt && effectiveUid(pid) === uid) return pidfd;
  closeSync(pidfd);
  throw new MunimentError('attestation_refused', 'the peer process is gone and its number is in use again');
}

const TICKS_PER_SECOND = 100;

const uptimeTicks = (): number =>
  Math.floor(Number(readFileSync('/proc/uptime', 'utf8').split(' ')[0]) * TICKS_PER_SECOND);

/** Field 22 of proc(5) stat, in clock ticks since boot; `undefined` where it may not be read. */
export function startTicks(pid: number): number | undefined {
  const stat = readIfThere(`/proc/${pid}/stat`);
  // The second field is the program's own name in brackets and may hold anything, brackets and blanks too.
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
  const ticks = Number(fields?.[19]);
  return Number.isSafeInteger(ticks) ? ticks : undefined;
}

function effectiveUid(pid: number): number | undefined {
  const line = /^Uid:\t\d+\t(\d+)/m.exec(readIfThere(`/proc/${pid}/status`) ?? '');
  return line ? Number(line[1]) : undefined;
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
