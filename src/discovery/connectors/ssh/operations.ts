import type { Operation } from '../../contract.ts';

const KEY =
  'a key in authorized_keys of an account that may read the files: `restrict,command="internal-sftp -R"`';

/** Every operation that is ever asked of a host. */
export const HANDSHAKE = 'SSH key exchange';
export const LOGIN = 'SSH login by public key';
export const OPEN = 'SFTP OPEN for reading';
export const STAT = 'SFTP FSTAT';
export const READ = 'SFTP READ';
export const CLOSE = 'SFTP CLOSE';
export const FOLDER = 'SFTP OPENDIR';
export const ENTRIES = 'SFTP READDIR';
export const FILE = 'read known_hosts';

export const operations: Operation[] = [
  { name: FILE, privilege: 'read permission of the file on the host of Muniment' },
  {
    name: HANDSHAKE,
    privilege: 'network access to the port',
    note: 'once for each type of host key; ends before a login unless the host is known',
  },
  { name: LOGIN, privilege: KEY, note: 'opens the subsystem `sftp` and nothing else: no shell, no command' },
  { name: OPEN, privilege: KEY, note: 'with SSH_FXF_READ alone' },
  { name: STAT, privilege: KEY },
  { name: READ, privilege: KEY },
  { name: CLOSE, privilege: KEY },
  { name: FOLDER, privilege: KEY },
  { name: ENTRIES, privilege: KEY },
];
