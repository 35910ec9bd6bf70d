import type { Tx } from '../contract.ts';
import { foldTable } from './fold-table.ts';

export async function up(tx: Tx): Promise<void> {
  for (const statement of [...foldTable('rotation'), ...foldTable('rotation_run')])
    await statement.execute(tx);
}
