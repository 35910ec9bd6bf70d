import { createEventParser } from '../../../src/agent/sse.ts';
import { parseShadow } from '../../../src/discovery/connectors/host/accounts.ts';
import { credentialItems } from '../../../src/discovery/connectors/host/credential-files.ts';
import * as parsers from '../../../src/discovery/connectors/host/credential-parsers.ts';
import { parseGroups } from '../../../src/discovery/connectors/host/groups.ts';
import { parseSockets } from '../../../src/discovery/connectors/host/listeners.ts';
import {
  lastLogin,
  parseAuthLog,
  parseJournal,
} from '../../../src/discovery/connectors/host/login-records.ts';
import type { Scene } from '../../../src/discovery/connectors/host/scene.ts';
import { parseCrontab, programOf } from '../../../src/discovery/connectors/host/schedules.ts';
import { parseSudoers } from '../../../src/discovery/connectors/host/sudo.ts';
import { context } from '../../../src/discovery/connectors/host/testing/fixture.ts';
import { parseUnit } from '../../../src/discovery/connectors/host/units.ts';
import { agentFileItems } from '../../../src/discovery/files/agents.ts';
import { ciItems } from '../../../src/discovery/files/ci.ts';
import { composeItems, containerFileItems } from '../../../src/discovery/files/compose.ts';
import { type FileRead, Reader } from '../../../src/discovery/files/reader.ts';
import { parsePasswd } from '../../../src/discovery/formats/passwd.ts';
import { secretsInCommand, secretVariables } from '../../../src/discovery/formats/secret-names.ts';
import { parseAuthorizedKeys, parsePrivateKey } from '../../../src/discovery/formats/ssh-keys.ts';
import { isMunimentError } from '../../../src/kernel/index.ts';
import { authoriseBeside, isAuthorised, withoutKey } from '../../../src/rotation/authorized-keys.ts';
import { readPassword, withPassword } from '../../../src/rotation/password-file.ts';
import { parseLogins } from '../../../src/rotation/server-log.ts';
import type { Target } from '../target.ts';

/** Files of a host: whoever has an account there may write what they like, so no parser may throw at all. */

const never = () => false;
const NOWHERE = '/nonexistent';

const newScene = (): Scene => ({
  reader: new Reader(NOWHERE),
  context,
  accounts: [],
  accountsWhole: true,
  logs: { of: () => undefined } as unknown as Scene['logs'],
  live: false,
  roots: [],
  fingerprint: context.fingerprint,
  whose: () => ({}),
  told: (_, text) => ({ personal: text }),
});

const fileOf = (path: string, text: string): FileRead => ({
  path,
  text,
  bytes: Buffer.from(text),
  mode: '0644',
  modeBits: 0o644,
  uid: 1000,
  modified: new Date('2026-01-01T00:00:00Z'),
});

/** What tools keep credentials in: INI, JSON, YAML, netrc, and lines of their own. */
const credentials: Target = {
  words: [
    '[default]\n',
    'password=',
    'machine ',
    'login ',
    '"auths"',
    '"auth":',
    'users:\n',
    'token: ',
    'expires_at',
    '://a:b@',
    '${X',
    '\\:',
  ],
  open: () => {
    const kinds = Object.entries(parsers).filter(([name]) => !name.startsWith('parse')) as Array<
      [string, parsers.Parser]
    >;
    return {
      declares: never,
      feed(input) {
        const file = fileOf('/home/a/file', input.toString());
        const scene = newScene();
        for (const [kind, parse] of kinds) credentialItems(scene, file, 'a', kind, parse);
        secretVariables(file.text);
        secretsInCommand(file.text);
      },
    };
  },
};

/** Compose files, Dockerfiles, CI files, configurations of agents. */
const projects: Target = {
  words: [
    'services:\n',
    'environment:\n',
    'env_file: ',
    'image: ',
    'volumes:\n',
    'FROM ',
    'ENV ',
    'ARG ',
    'on: ',
    'jobs:\n',
    'permissions: ',
    'mcpServers',
    '${{ secrets.A',
    '&a ',
    '*a',
    '<<: *a',
  ],
  open: () => ({
    declares: never,
    async feed(input) {
      const text = input.toString();
      const scene = newScene();
      await composeItems(scene, fileOf('/srv/a/compose.yml', text), 'a');
      containerFileItems(scene, fileOf('/srv/a/Dockerfile', text), 'a');
      ciItems(scene, fileOf('/srv/a/.github/workflows/a.yml', text), 'a');
      ciItems(scene, fileOf('/srv/a/.gitlab-ci.yml', text), 'a');
      agentFileItems(scene, fileOf('/srv/a/.mcp.json', text), 'a', 'claude');
    },
  }),
};

/** Accounts, groups, units, crontabs, sudoers, sockets, logs. */
const system: Target = {
  words: [
    ':x:',
    '[Service]\n',
    'ExecStart=',
    'User=',
    '* * * * * ',
    '@daily ',
    'ALL=(ALL) NOPASSWD: ALL',
    '%',
    '#includedir ',
    'Accepted publickey for ',
    ' sshd[1]: ',
    '{"MESSAGE":',
    '0100007F:',
  ],
  open: () => ({
    declares: never,
    feed(input) {
      const text = input.toString();
      for (const parse of [parsePasswd, parseShadow, parseGroups, parseSockets, parseJournal, parseLogins])
        parse(text);
      parseAuthLog(text, new Date('2026-01-01T00:00:00Z'));
      parseCrontab(text);
      parseCrontab(text, 'root');
      programOf(text);
      parseSudoers(text, '/etc/sudoers');
      parseUnit('a.service', '/etc/systemd/system/a.service', text);
      lastLogin(input, input.length % 7);
    },
  }),
};

/** Keys as OpenSSH and PEM have them, and the files that rotation rewrites. */
const ssh: Target = {
  words: [
    'ssh-ed25519 ',
    'AAAAC3NzaC1lZDI1NTE5AAAAI',
    'from="',
    'command="',
    '\\"',
    'cert-authority ',
    '-----BEGIN ',
    ' KEY-----\n',
    '-----END ',
  ],
  open: () => {
    const [old, fresh] = [
      { type: 'ssh-ed25519', blob: 'AAAA' },
      { type: 'ssh-ed25519', blob: 'BBBB' },
    ];
    return {
      declares: isMunimentError,
      feed(input) {
        const [text, bytes] = [input.toString(), input.toString('latin1')];
        parseAuthorizedKeys(text);
        parsePrivateKey(text);
        const beside = authoriseBeside(bytes, old, fresh);
        if (isAuthorised(bytes, old) !== isAuthorised(beside, fresh) && !isAuthorised(bytes, fresh))
          throw new Error('the new key stands where the old one did not, or not where it did');
        withoutKey(beside, old);
        const place = { format: 'pgpass', role: 'app', passwordFile: '/a' } as const;
        readPassword(withPassword(text, place, 'x:\\y'), place);
      },
    };
  },
};

/** Server-sent events, as an agent reads them from whatever answers, in pieces of any size. */
const events: Target = {
  words: ['event: ', 'data: ', 'id: ', 'retry: ', '\n\n', '\r\n\r\n', ':'],
  open: () => ({
    declares: isMunimentError,
    feed(input) {
      const whole: unknown[] = [];
      const pieces: unknown[] = [];
      createEventParser((event) => whole.push(event))(input);
      const parse = createEventParser((event) => pieces.push(event));
      for (let at = 0; at < input.length; at += 7) parse(input.subarray(at, at + 7));
      if (JSON.stringify(whole) !== JSON.stringify(pieces))
        throw new Error('pieces are read otherwise than the whole');
    },
  }),
};

export const HOST: Record<string, Target> = { credentials, projects, system, ssh, events };
