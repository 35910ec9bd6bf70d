import type { Operation } from '../../contract.ts';

export const HANDSHAKE = 'TLS handshake';
export const READ = 'read file';
export const FOLDER = 'read folder';

export const operations: Operation[] = [
  { name: HANDSHAKE, privilege: 'network access to the port', note: 'nothing is sent after it' },
  { name: READ, privilege: 'read permission of the files', note: 'follows no link out of the folder' },
  { name: FOLDER, privilege: 'read and search permission of the folders' },
];
