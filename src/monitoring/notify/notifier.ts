import type { Entry } from '#verifier';
import { type Follower, type FollowNeeds, follow } from '../follow.ts';
import { createMail } from './mail.ts';
import { noticeOf, type Target, type Teller, TOLD_KINDS } from './model.ts';
import { createSlack, createWebhook } from './webhook.ts';

/** So many notices are remembered as told, that a page which failed halfway tells nobody twice. */
const TOLD_MAX = 1_000;

export interface Notifier {
  /** Tells the targets of what is appended from now on, or since they were last told; until it is stopped. */
  start(targets: readonly Target[], onFault: (error: unknown) => void): Promise<() => Promise<void>>;
}

function tellerOf(target: Target, { clock }: FollowNeeds): Teller {
  switch (target.to) {
    case 'webhook':
      return createWebhook(target, clock);
    case 'slack':
      return createSlack(target);
    case 'e-mail':
      return createMail(target);
  }
}

/** A target that is new is not told of the past: it begins at `start`. */
function followerOf(target: Target, needs: FollowNeeds, start: number): Follower {
  const teller = tellerOf(target, needs);
  const told: string[] = [];
  return {
    name: `notify/${target.name}`,
    kinds: TOLD_KINDS,
    start,
    async take(entries: Entry[]) {
      for (const entry of entries) {
        const notice = noticeOf(needs.log.origin, entry);
        if (notice === undefined || told.includes(notice.id)) continue;
        await teller.tell(notice);
        told.push(notice.id);
        if (told.length > TOLD_MAX) told.shift();
      }
    },
  };
}

export const createNotifier = (needs: FollowNeeds): Notifier => ({
  async start(targets, onFault) {
    const { size } = await needs.log.head();
    const stops = targets.map((target) => follow(needs, followerOf(target, needs, size), onFault));
    return async () => void (await Promise.all(stops.map((stop) => stop())));
  },
});
