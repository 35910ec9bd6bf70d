import type { Entry, State } from '../words/index.ts';
import { ROW_TABLES } from '../words/index.ts';

const HEX_SHA256 = /^[0-9a-f]{64}$/;

function collect(value: unknown, found: Set<string>): void {
  if (typeof value !== 'object' || value === null) return;
  const { commitment, ...others } = value as Record<string, unknown>;
  if (typeof commitment === 'string' && HEX_SHA256.test(commitment) && Object.keys(others).length === 0) {
    found.add(commitment);
    return;
  }
  for (const member of Object.values(value)) collect(member, found);
}

/** Every commitment that the package shows: in rows of the snapshot, in the bodies that are there. */
export function commitmentsShown(snapshotState: State, entries: Entry[]): Set<string> {
  const found = new Set<string>();
  for (const table of ROW_TABLES) for (const row of snapshotState.tables[table].values()) collect(row, found);
  for (const { body } of entries) collect(body?.data, found);
  return found;
}
