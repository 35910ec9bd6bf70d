import type { Log, When } from '../../store/index.ts';

interface Asked {
  asOf?: string | undefined;
  knownAt?: string | undefined;
}

/** A moment, resolved: how many entries are looked at, and the time that is called now. */
export interface Moment {
  when: When;
  size: number;
  /** RFC 3339 in UTC with milliseconds. */
  now: string;
}

const DIGITS = /^\d+$/;

export async function momentOf(log: Log, asked: Asked, now: Date): Promise<Moment> {
  const { size: head } = await log.head();
  const size = await sizeOf(log, asked.knownAt, head);
  const asOf = asked.asOf === undefined ? undefined : new Date(asked.asOf).toISOString();
  const when = {
    ...(asOf === undefined ? {} : { asOf }),
    ...(asked.knownAt === undefined ? {} : { knownAt: size }),
  };
  return { when, size, now: asOf ?? now.toISOString() };
}

async function sizeOf(log: Log, knownAt: string | undefined, head: number): Promise<number> {
  if (knownAt === undefined) return head;
  if (DIGITS.test(knownAt)) return Math.min(Number(knownAt), head);
  return log.sizeAt(new Date(knownAt).toISOString());
}
