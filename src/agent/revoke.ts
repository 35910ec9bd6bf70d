import type { Bundles } from './bundles.ts';
import { type Holdings, reaches } from './cache.ts';
import type { EventHandlers } from './events.ts';
import type { Log } from './log.ts';
import type { Prober } from './probe.ts';
import { denied } from './status.ts';
import type { Svids } from './svids.ts';
import type { Watchers } from './watchers.ts';

/** When everybody has to look again at once, they are spread over this long. */
const SPREAD_MILLISECONDS = 2000;

export interface RevocationParts {
  agent: string;
  holdings: Holdings;
  svids: Svids;
  watchers: Watchers;
  bundles: Bundles;
  prober: Prober;
  log: Log;
}

/** What the agent does when the server says that something is over. Always first take away, then ask. */
export function lockHandlers(parts: RevocationParts): EventHandlers {
  const { agent, holdings, svids, watchers, bundles, prober, log } = parts;

  function forget(): void {
    svids.overtake();
    holdings.dropAll();
  }

  return {
    onLock(lock) {
      svids.overtake();
      if (lock.target.kind === 'instance') svids.bar(lock.target.id);
      const dead = holdings.dropReached(lock, agent, Date.now());
      const streamed = watchers.redact((credential, instance) => reaches(lock, credential, instance, agent));
      watchers.wakeAll();
      log.info({ lock: lock.lock, target: lock.target, dead: dead.length }, 'took back what a lock reaches');
      void bundles.refresh();
      void prober
        .prove(lock, dead, streamed)
        .catch((error) =>
          log.warn({ lock: lock.lock, error: String(error) }, 'could not try the dead credentials'),
        );
    },
    onPolicy() {
      forget();
      watchers.wakeAll(SPREAD_MILLISECONDS);
    },
    onBundle: () => void bundles.refresh(),
    onGap() {
      forget();
      watchers.wakeAll(SPREAD_MILLISECONDS);
      void bundles.refresh();
    },
    onRefused() {
      forget();
      watchers.endAll(denied('the agent is not accepted'));
      log.warn({}, 'the server does not accept this agent any more');
    },
  };
}
