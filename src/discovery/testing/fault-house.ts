import type { Rows } from '#verifier';
import { openKeys, sealWith } from '../../crypto/index.ts';
import { sealedSecrets } from '../../issuance/index.ts';
import { systemClock } from '../../kernel/index.ts';
import { openDatabase, openLog } from '../../store/index.ts';
import type { SourceLimits, SourceType } from '../contract.ts';
import { SOURCE_LIMITS } from '../limits.ts';
import { createDiscovery } from '../service.ts';
import type { SweepResult } from '../sweep.ts';
import type { Running } from './double.ts';

/** Short pauses, and as patient with one answer as a loaded machine wants. */
export const FAULT_LIMITS: SourceLimits = {
  ...SOURCE_LIMITS,
  tries: 3,
  backoffMilliseconds: 5,
  retryAfterMaxMilliseconds: 2_000,
};

/** In a hurry: a source that answers late, or never, costs a second. */
const HURRIED_MILLISECONDS = 300;

export interface FaultHouse {
  /** Makes the double a source of this name; a second time changes its settings. */
  configure(source: string, type: string, running: Running): Promise<void>;
  /** `hurried`: what answers late has not answered. */
  sweep(source: string, hurried?: boolean): Promise<SweepResult[]>;
  /** What is there by all sweeps so far. */
  present(source: string): Promise<Array<Rows['observation']>>;
  close(): Promise<void>;
}

/** The discovery room over a real log in memory. `types`: besides those that have a folder. `limits`: more patience for a real server. */
export async function openFaultHouse(
  types: readonly SourceType[] = [],
  limits: SourceLimits = FAULT_LIMITS,
): Promise<FaultHouse> {
  const database = await openDatabase({ memory: true });
  const seal = sealWith(Buffer.alloc(32, 7), '');
  const key = await openKeys({ secrets: sealedSecrets(database), seal }).signer('log', 'Ed25519');
  const signer = { origin: 'log.example/faults', publicKey: key.publicKey.subarray(-32), sign: key.sign };
  const log = await openLog({ database, signer });
  const over = (limits: SourceLimits) =>
    createDiscovery({
      ...{ database, log, seal, clock: systemClock },
      ...{ fingerprintKey: new Uint8Array(32).fill(1), types, limits },
    });
  const discovery = over(limits);
  const inHurry = over({ ...limits, requestMilliseconds: HURRIED_MILLISECONDS });
  return {
    async configure(source, type, { settings, secrets }) {
      const given = Object.entries(secrets).map(([name, value]) => [name, { value }]);
      const request = { source, type, settings, secrets: Object.fromEntries(given), everySeconds: null };
      await discovery.configure(request, 'sys');
    },
    sweep: (source, hurried = false) => (hurried ? inHurry : discovery).sweep(source, 'sys'),
    present: async (source) =>
      (await log.rows('observation')).filter((row) => row.source === source && row.present),
    async close() {
      await log.close();
      await database.close();
    },
  };
}
