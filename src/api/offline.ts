import type { Config } from '../config.ts';
import { openHouse } from '../house.ts';
import { verifyRows } from '../store/index.ts';

/**
 * Folds every entry and compares with the rows, where no server runs: opens the house, listens nowhere, and closes it.
 * @throws MunimentError `data_in_use` where a server does run, and what `openHouse` throws
 */
export async function verifyRowsAlone(
  config: Config,
  kept?: Uint8Array,
): Promise<{ ok: boolean; size: number; problems: string[] }> {
  const house = await openHouse(config);
  try {
    const known = kept === undefined ? [] : [{ from: 'the checkpoint given', note: kept }];
    const { size, problems } = await verifyRows(house.database, { key: house.log.verifierKey, known });
    return { ok: problems.length === 0, size, problems: problems.map(({ what }) => what) };
  } finally {
    await house.close();
  }
}
