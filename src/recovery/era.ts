import type { KeyStore } from '../crypto/index.ts';
import type { Log } from '../store/index.ts';

/** The authority's keys of one name of the log, and what their number is counted from. */
export interface Era {
  keys: KeyStore;
  /** Rises with every new name: SPIFFE bundles and key lists never go back. */
  sequenceFrom: number;
}

/** Of the log's present name: a log that goes on under another name has a CA and token keys of its own. */
export async function eraOf(log: Log, keys: KeyStore): Promise<Era> {
  const [continued] = await log.search({ kinds: ['log.continued'], limit: 1 });
  if (continued === undefined) return { keys, sequenceFrom: 0 };
  const within = (name: string): string => `after/${log.origin}/${name}`;
  return {
    sequenceFrom: continued.index,
    keys: {
      signer: (name, algorithm) => keys.signer(within(name), algorithm),
      secret: (name) => keys.secret(within(name)),
      kept: (name, make) => keys.kept(within(name), make),
    },
  };
}
