import { formatWitnessKey, parseWitnessKey } from '#verifier';
import { type Clock, MunimentError } from '../kernel/index.ts';
import type { Database, Log } from '../store/index.ts';
import { bestOf, keptOf } from './kept.ts';
import {
  type Cosigned,
  PACKAGE_WAIT_MS,
  ROUND_PAUSE_MS,
  type Witness,
  type WitnessSetting,
  type WitnessStatus,
} from './model.ts';
import { Submitter } from './submitter.ts';

export interface WitnessNeeds {
  database: Database;
  log: Log;
  clock: Clock;
  witnesses: readonly Witness[];
  /** Between two rounds; tests hurry. */
  pauseMs?: number;
}

export interface Witnesses {
  /** Submits from now on, until it is stopped. Nothing that is committed waits for it. */
  start(onFault: (error: unknown) => void): () => Promise<void>;
  status(): Promise<WitnessStatus[]>;
  /**
   * A checkpoint over more than `last` entries with cosignatures: has the present one cosigned first, for as long as a package may
   * wait. Undefined where no witness vouches for any.
   */
  cosigned(last: number): Promise<Cosigned | undefined>;
  /** The checkpoint that most of the witnesses cosigned, as it is kept. */
  newest(): Promise<Cosigned | undefined>;
  /** The cosignature lines that are kept for exactly this checkpoint. */
  lines(checkpoint: string): Promise<string>;
}

/** Reads the settings. Throws `bad_request` for a key that is none, or that two witnesses have. */
export function readWitnesses(settings: readonly WitnessSetting[]): Witness[] {
  const witnesses = settings.map(({ verifierKey, ...rest }) => {
    try {
      return { ...rest, key: parseWitnessKey(verifierKey) };
    } catch (cause) {
      const why = `setting \`witnesses\`: the key of \`${rest.name}\` is no verifier key of type cosignature/v1`;
      throw new MunimentError('bad_request', why, { cause });
    }
  });
  for (const part of [({ name }: Witness) => name, ({ key }: Witness) => formatWitnessKey(key)]) {
    if (new Set(witnesses.map(part)).size < witnesses.length)
      throw new MunimentError('bad_request', 'setting `witnesses`: a name or a key stands there twice');
  }
  return witnesses;
}

export function createWitnesses(needs: WitnessNeeds): Witnesses {
  const { database, log, clock, witnesses, pauseMs = ROUND_PAUSE_MS } = needs;
  const stopping = new AbortController();
  const submitters = witnesses.map(
    (witness) => new Submitter({ database, log, clock }, witness, stopping.signal),
  );
  const kept = () => keptOf(database.db, log.origin, witnesses);
  /** Packages that wait: meanwhile no round begins, so that all witnesses are asked about one and the same checkpoint. */
  let waiting = 0;

  async function round(): Promise<void> {
    if (waiting > 0 || !submitters.some((each) => each.isDue())) return;
    const head = await log.head();
    await Promise.all(submitters.filter((each) => each.isDue()).map((each) => each.bring(head)));
  }

  async function cosigned(last: number): Promise<Cosigned | undefined> {
    if (witnesses.length === 0) return undefined;
    waiting += 1;
    try {
      const head = await log.head();
      await withinLimit(Promise.allSettled(submitters.map((each) => each.bring(head))), PACKAGE_WAIT_MS);
      return bestOf((await kept()).values(), last);
    } finally {
      waiting -= 1;
    }
  }

  return {
    start(onFault) {
      if (witnesses.length === 0) return async () => undefined;
      const beat = () => void round().catch(onFault);
      const timer = setInterval(beat, pauseMs).unref();
      beat();
      return async () => {
        clearInterval(timer);
        stopping.abort();
        await Promise.allSettled(submitters.map((each) => each.idle()));
      };
    },
    async status() {
      if (witnesses.length === 0) return [];
      const [{ size }, rows] = [await log.head(), await kept()];
      return submitters.map((each) => each.status(size, rows.get(each.verifierKey)));
    },
    cosigned,
    newest: async () => bestOf((await kept()).values(), 0),
    async lines(checkpoint) {
      if (witnesses.length === 0) return '';
      const rows = [...(await kept()).values()].filter((row) => row.checkpoint === checkpoint);
      return rows.map(({ line }) => line).join('');
    },
  };
}

async function withinLimit(work: Promise<unknown>, limitMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, limitMs);
  });
  await Promise.race([work, limit]);
  clearTimeout(timer);
}
