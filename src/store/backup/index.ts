export { type Restored, restoreBackup } from './restore.ts';
