import type { DoorKind } from './env.ts';

/** Requests are let in by lanes, so that no one kind of caller can take the places of another. */
export const LANES = ['issuance', 'tls', 'console', 'socket', 'pki'] as const;
export type Lane = (typeof LANES)[number];

/** What workloads and agents ask for in bulk: the first that is shed. */
const ISSUANCE: ReadonlySet<string> = new Set([
  '/api/v1/agent/issue',
  '/api/v1/agent/join',
  '/api/v1/agent/renew',
  '/oauth/token',
]);

/** Issuances at once. More would only wait for the same thread and the same log, and a lock would wait behind them. */
const ISSUANCE_REQUESTS_MAX = 128;
/** Requests of any other lane at once. */
const LANE_REQUESTS_MAX = 256;
/** Connections of one listener; more are turned away before TLS, which costs more than most requests. */
export const CONNECTIONS_MAX = 4_096;

const placesOf = (lane: Lane): number => (lane === 'issuance' ? ISSUANCE_REQUESTS_MAX : LANE_REQUESTS_MAX);

export interface Admission {
  /** False where a request is to be shed: decided by door and path, before anything of it is read. */
  admits(door: DoorKind, url: string, source: string): boolean;
  /** Holds a place for as long as the work lasts, whether or not the caller stays to hear of it. */
  during<T>(door: DoorKind, url: string, work: () => T | Promise<T>): Promise<T>;
  /** A connection was turned away. */
  turnedAway(door: DoorKind, source: string): void;
  /** Requests inside now. */
  inside(lane: Lane): number;
  /** Requests and connections that were shed so far. */
  shed(lane: Lane): number;
}

/**
 * Sheds at once instead of queueing: who waits in a queue has often gone away by its turn, and was worked for in vain.
 * @param onShed told of each with its source, for the log's record
 */
export function createAdmission(onShed: (source: string) => void): Admission {
  const inside = new Map<Lane, number>();
  const shed = new Map<Lane, number>();
  const add = (counts: Map<Lane, number>, lane: Lane, count: number) =>
    counts.set(lane, (counts.get(lane) ?? 0) + count);
  function turnAway(lane: Lane, source: string): void {
    add(shed, lane, 1);
    onShed(source);
  }
  return {
    admits(door, url, source) {
      const lane = laneOf(door, url);
      if ((inside.get(lane) ?? 0) < placesOf(lane)) return true;
      turnAway(lane, source);
      return false;
    },
    async during(door, url, work) {
      const lane = laneOf(door, url);
      add(inside, lane, 1);
      try {
        return await work();
      } finally {
        add(inside, lane, -1);
      }
    },
    turnedAway: turnAway,
    inside: (lane) => inside.get(lane) ?? 0,
    shed: (lane) => shed.get(lane) ?? 0,
  };
}

/** A path that is written another way is no less bounded: it falls into its door's lane. */
const laneOf = (door: DoorKind, url: string): Lane =>
  ISSUANCE.has(url.split('?', 1)[0] ?? '') ? 'issuance' : door;
