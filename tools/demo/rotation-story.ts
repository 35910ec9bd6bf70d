/** Rotation, step by step: a static SSH key that a consumer uses every second is put under rotation and replaced under it. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { done } from './programs.ts';
import { type Consumer, type SshServer, startConsumer, startSshServer } from './ssh-server.ts';

/** Who asks and who signs, and what the new identity belongs to; all of it stands already. */
export interface Parties {
  data: string;
  asker: string;
  approver: string;
  owner: string;
  application: string;
  profile: string;
}

export interface Phase {
  phase: string;
  time: string;
  detail: string;
  entry: number;
}

export interface Run {
  id: string;
  old: string;
  new: string;
  phase: string;
  phases: Phase[];
  stalled: { cause: string; detail: string } | null;
  outcome: string | null;
}

export interface Listed {
  name: string;
  due: string;
  rotated: string | null;
  run: Run | null;
}

const ROTATION = 'deploy-key';
const IDENTITY = 'deploy-bot';

const identityManifest = ({ owner, application, profile }: Parties): string => `apiVersion: muniment/v1
kind: Identity
name: ${IDENTITY}
spec:
  kind: bot
  purpose: Deploys by SSH, with a key in a file
  application: ${application}
  owner: ${owner}
  profile: ${profile}
  environment: test
`;

const rotationManifest = (server: SshServer): string => `apiVersion: muniment/v1
kind: Rotation
name: ${ROTATION}
spec:
  identity: ${IDENTITY}
  rotator: ssh-key
  target:
    keyFile: ${server.keyFile}
    account: ${server.account}
    host: ${server.host}
    port: ${server.port}
    hostKey: ${server.hostKey}
    authorizedKeys: ${server.authorizedKeys}
    log: {file: ${server.log}}
  intervalDays: 90
  graceHours: 24
  noticeDays: 14
`;

export class RotationStory {
  readonly name = ROTATION;
  readonly #parties: Parties;
  #server: SshServer | undefined;
  #consumer: Consumer | undefined;

  constructor(parties: Parties) {
    this.#parties = parties;
  }

  #cli = <T>(...args: string[]): Promise<T> => done<T>([...args, '--data', this.#parties.data]);

  get server(): SshServer {
    if (this.#server === undefined) throw new Error('the SSH server is not started');
    return this.#server;
  }

  /** An OpenSSH server of our own, and a consumer that logs in with its key file. */
  async open(everySeconds = 1): Promise<void> {
    this.#server = await startSshServer();
    await this.startConsumer(everySeconds);
  }

  async startConsumer(everySeconds = 1): Promise<void> {
    this.#consumer = startConsumer(this.server, everySeconds);
    await this.#consumer.loggedIn();
  }

  async stopConsumer(): Promise<void> {
    await this.#consumer?.stop();
  }

  /** The key gets an identity with an owner, and a rotation: by a change that one asks for and another signs. */
  declare(): Promise<{ operations: number }> {
    return this.change(`${identityManifest(this.#parties)}---\n${rotationManifest(this.server)}`);
  }

  async change(manifests: string): Promise<{ operations: number }> {
    const { asker, approver, data } = this.#parties;
    const file = join(data, 'rotation.yaml');
    writeFileSync(file, manifests);
    const words = ['--title', 'the deploy key is rotated', '--reason', 'nobody knows how old it is'];
    const { change } = await this.#cli<{ change: string }>('plan', file, ...words, '--key-file', asker);
    await this.#cli('approve', change, '--key-file', approver);
    return this.#cli<{ operations: number }>('apply', change, '--key-file', asker);
  }

  /** What a run would do; `untouched` is whether both files are as they were. */
  async dryRun(): Promise<{ steps: Array<{ phase: string; what: string }>; untouched: boolean }> {
    const before = this.#files();
    const { steps } = await this.#cli<{ steps: Array<{ phase: string; what: string }> }>(
      'rotate',
      ROTATION,
      '--dry-run',
    );
    return { steps, untouched: before === this.#files() };
  }

  #files = (): string => {
    const { keyFile, authorizedKeys } = this.server;
    return [keyFile, authorizedKeys].map((path) => readFileSync(path, 'utf8')).join('');
  };

  rotate(name = ROTATION): Promise<Run> {
    return this.#cli<Run>('rotate', name, '--now');
  }

  async listed(name = ROTATION): Promise<Listed> {
    const found = (await this.#cli<Listed[]>('rotation', 'list')).find((each) => each.name === name);
    if (found === undefined) throw new Error(`${name} is not listed`);
    return found;
  }

  /** The consumer goes on with the new key; `failures` is how often it could not log in, at most once (at the rename itself). */
  async goesOn(): Promise<{ failures: number }> {
    await this.#consumer?.loggedIn();
    return { failures: this.#consumer?.failures() ?? 0 };
  }

  async close(): Promise<void> {
    await this.stopConsumer();
    await this.#server?.remove();
  }
}
