/** Chapter 8: a sweep finds the SSH key that a consumer uses every second; it is claimed, and replaced under its consumer. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { done } from './programs.ts';
import { type Consumer, type SshServer, startConsumer, startSshServer } from './ssh-server.ts';

/** Who asks and who signs, and what the new identity belongs to; all of it stands already. */
export interface Parties {
  data: string;
  /** Where the SSH server's files lie; the server sweeps below it. */
  estate: string;
  asker: string;
  approver: string;
  owner: string;
  application: string;
  profile: string;
}

/** What a sweep saw. */
export interface Found {
  key: string;
  class: string;
  label: string;
  attributes: { fingerprint: string };
  identity: { name: string } | null;
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

/** What the server's settings must say for the sweep to find the key. */
export const sweepSettings = (estate: string): string => `sweepRoots: [/srv, /opt, ${estate}]\n`;

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

const rotationManifest = (server: SshServer, { key }: Found): string => `apiVersion: muniment/v1
kind: Rotation
name: ${ROTATION}
spec:
  identity: ${IDENTITY}
  observation: ${key}
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
    this.#server = await startSshServer({ below: this.#parties.estate });
    await this.startConsumer(everySeconds);
  }

  async startConsumer(everySeconds = 1): Promise<void> {
    this.#consumer = startConsumer(this.server, everySeconds);
    await this.#consumer.loggedIn();
  }

  async stopConsumer(): Promise<void> {
    await this.#consumer?.stop();
  }

  /** Sweeps, and looks for the key among what belongs to no declared identity. */
  async find(): Promise<Found> {
    await this.#cli('sweep', 'host');
    const { observations } = await this.#unclaimed();
    const found = observations.find(
      ({ class: of, label }) => of === 'credential' && label === this.server.keyFile,
    );
    if (found === undefined) throw new Error(`the sweep did not find ${this.server.keyFile}`);
    return found;
  }

  #unclaimed = (): Promise<{ observations: Found[] }> =>
    this.#cli('inventory', 'inventory', '--part', 'unregistered');

  /** What the key belongs to gets a purpose and an owner, by a change that one asks for and another signs. */
  register(): Promise<{ operations: number }> {
    return this.change(identityManifest(this.#parties));
  }

  claim({ key }: Found, identity = IDENTITY): Promise<{ entry: number; observation: Found }> {
    return this.#cli('claim', key, '--identity', identity);
  }

  /** Puts what was claimed under a rotation policy, by a change like the other. */
  declare(found: Found): Promise<{ operations: number }> {
    return this.change(rotationManifest(this.server, found));
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
