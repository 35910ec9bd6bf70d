import type { Tx } from '../contract.ts';
import { foldTable } from './fold-table.ts';

export async function up(tx: Tx): Promise<void> {
  for (const statement of foldTable('breakglass')) await statement.execute(tx);
}
