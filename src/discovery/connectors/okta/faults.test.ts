import { faultTable } from '../../testing/fault-table.ts';

await faultTable(import.meta.dirname);
