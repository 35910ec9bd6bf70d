export { type Restored, type RestoreOptions, restoreBackup } from './restore.ts';
export { type BackupSource, writeBackup } from './write.ts';
