import type { RotationSpec } from '#verifier';
import type { SshServer } from '../../../tools/demo/ssh-server.ts';
import { IDENTITY } from './house.ts';

export const RULE = { identity: IDENTITY, intervalDays: 90, graceHours: 24, noticeDays: 14 };

export const sshSpec = (server: SshServer, keyFile = server.keyFile): RotationSpec => ({
  ...RULE,
  rotator: 'ssh-key',
  target: {
    keyFile,
    account: server.account,
    host: server.host,
    port: server.port,
    hostKey: server.hostKey,
    authorizedKeys: server.authorizedKeys,
    log: { file: server.log },
  },
});
