import type { Tx } from '../contract.ts';
import { foldTable } from './fold-table.ts';

export async function up(tx: Tx): Promise<void> {
  for (const statement of [...foldTable('exception'), ...foldTable('control_owner')])
    await statement.execute(tx);
}
