/** The story, step by step, each answering with what it saw. Told by the demo, asserted by the end-to-end test. */
import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createRemoteJWKSet, customFetch, jwtVerify } from 'jose';
import type { Ground } from './ground.ts';
import { type Allowed, paymentsManifests } from './manifests.ts';
import { done, type Program, ROOT, refused, start, startOwn } from './programs.ts';
import { Agent, fetch as secureFetch } from './secure-fetch.ts';

export interface Sweep {
  verdict: string;
  why: string;
  items: number;
  denied: unknown[];
}

export interface Probe {
  point: string;
  outcome: string;
  latencyMs: number | null;
  detail: string;
}

interface Settings {
  databaseUrl?: string;
  /** Settings file that the server is started with. */
  config?: string;
  consolePort?: number;
  apiPort?: number;
}

const PROBES_WITHIN_MS = 30_000;
const PROBE_POINTS = ['api-renewal', 'introspection', 'agent-stream', 'crl', 'openssl'];

type Fact = Record<string, unknown>;
const TRUST_DOMAIN = 'demo.muniment.test';

export class Story {
  readonly ground: Ground;
  readonly #settings: Settings;
  #server: Program | undefined;
  #agent: Program | undefined;
  #watcher: Program | undefined;
  addresses = { console: '', api: '' };
  change = '';
  lock = '';
  token = '';
  certificate: Fact = {};
  readonly started = new Date().toISOString();

  constructor(ground: Ground, settings: Settings = {}) {
    this.ground = ground;
    this.#settings = settings;
  }

  get trustDomain(): string {
    return TRUST_DOMAIN;
  }

  key = (who: string): string => join(this.ground.data, `${who}.key`);
  #cli = <T>(...args: string[]): Promise<T> => done<T>([...args, '--data', this.ground.data]);
  #as = <T>(who: string, ...args: string[]): Promise<T> => this.#cli<T>(...args, '--key-file', this.key(who));

  async startServer(): Promise<{ milliseconds: number }> {
    const began = performance.now();
    const { databaseUrl, config, consolePort = 0, apiPort = 0 } = this.#settings;
    const ports = ['--console-port', String(consolePort), '--api-port', String(apiPort)];
    const args = [
      'serve',
      '--data',
      this.ground.data,
      '--no-sweep',
      '--trust-domain',
      TRUST_DOMAIN,
      '--json',
      ...ports,
      ...(config === undefined ? [] : ['--config', config]),
    ];
    this.#server = startOwn(
      'src/cli/main.ts',
      args,
      databaseUrl === undefined ? {} : { MUNIMENT_DATABASE_URL: databaseUrl },
    );
    const ready = await this.#server.until((fact) => 'console' in fact);
    this.addresses = { console: String(ready.console), api: String(ready.api) };
    // The same addresses after a restart: agents and links must find the server again.
    this.#settings.consolePort = Number(new URL(this.addresses.console).port);
    this.#settings.apiPort = Number(new URL(this.addresses.api).port);
    return { milliseconds: Math.round(performance.now() - began) };
  }

  async stopServer(): Promise<void> {
    await this.#server?.stop();
  }

  get caFile(): string {
    return join(this.ground.data, 'ca.pem');
  }

  // Step 1
  sweep(): Promise<Sweep> {
    return this.#cli<Sweep>('sweep', 'host');
  }

  // Step 2
  async enrol(): Promise<{ first: Fact; second: Fact }> {
    for (const who of ['ada', 'grace']) await this.#cli('person', 'key', this.key(who));
    const first = await this.#cli<Fact>(
      'person',
      'enrol',
      'ada',
      '--display-name',
      'Ada Admin',
      '--key',
      this.key('ada'),
    );
    const roles = ['--role', 'approver', '--role', 'auditor', '--role', 'operator'];
    const second = await this.#cli<Fact>(
      'person',
      'enrol',
      'grace',
      '--display-name',
      'Grace Approver',
      '--key',
      this.key('grace'),
      ...roles,
    );
    return { first, second };
  }

  get allowed(): Allowed {
    const { allowedUid: uid, sha256, separateUids, programs } = this.ground;
    return { uid, gid: uid, path: programs.payments, sha256, separateUids };
  }

  #write(name: string, text: string): string {
    const path = join(this.ground.data, name);
    writeFileSync(path, text);
    return path;
  }

  async propose(
    name = 'payments.yaml',
    manifests = paymentsManifests(this.allowed),
  ): Promise<{ change: string; planDigest: string; text: string }> {
    const file = this.#write(name, manifests);
    const options = ['--title', 'payments goes live', '--reason', 'the shop opens'];
    const proposed = await this.#as<{ change: string; planDigest: string; text: string }>(
      'ada',
      'plan',
      file,
      ...options,
    );
    this.change = proposed.change;
    return proposed;
  }

  /** The proposer, the admin socket, and a plan that moved after it was signed: each is refused, and recorded. */
  async refusals(): Promise<{ self: string; socket: string; moved: string }> {
    const at = ['--data', this.ground.data];
    const self = await refused(
      ['approve', this.change, ...at, '--key-file', this.key('ada')],
      'self_approval_refused',
    );
    const socket = await refused(['approve', this.change, ...at], 'approval_channel_refused');
    return { self, socket, moved: await this.#movedPlan() };
  }

  /** Two changes to one thing are both signed; once the first is in force, the second is no longer what was signed. */
  async #movedPlan(): Promise<string> {
    const profile = (seconds: number): string =>
      `apiVersion: muniment/v1\nkind: Profile\nname: batch\nspec:\n  description: Night jobs\n  actions: [issue-jwt-svid]\n  maxTtlSeconds: ${seconds}\n`;
    const plan = (seconds: number) => {
      const file = this.#write(`batch-${seconds}.yaml`, profile(seconds));
      return this.#as<{ change: string }>(
        'ada',
        'plan',
        file,
        '--title',
        'batch profile',
        '--reason',
        'night jobs',
      );
    };
    const [first, second] = [await plan(600), await plan(1200)];
    for (const { change } of [first, second]) await this.#as('grace', 'approve', change);
    await this.#as('ada', 'apply', first.change);
    return refused(
      ['apply', second.change, '--data', this.ground.data, '--key-file', this.key('ada')],
      'plan_changed',
    );
  }

  async approveAndApply(change = this.change): Promise<{ operations: number; entry: number }> {
    await this.#as('grace', 'approve', change);
    return this.#as<{ operations: number; entry: number }>('ada', 'apply', change);
  }

  // Step 3
  async startAgent(): Promise<void> {
    const { token } = await this.#cli<{ token: string }>('token', 'create', 'demo-host');
    const tokenFile = join(this.ground.data, 'join.token');
    writeFileSync(tokenFile, token, { mode: 0o600 });
    const { agentData, socket } = this.ground;
    const args = [
      'run',
      '--server',
      this.addresses.api,
      '--ca',
      this.caFile,
      '--data',
      agentData,
      '--socket',
      socket,
      '--join-token-file',
      tokenFile,
      '--name',
      'demo-host',
    ];
    this.#agent = startOwn('src/agent/main.ts', [...args, '--json']);
    await this.#agent.until((fact) => fact.event === 'ready');
  }

  // Step 4
  workload(program: 'payments' | 'stranger', ...mode: string[]): Program {
    const { programs, workload, socket, separateUids, allowedUid, strangerUid } = this.ground;
    const uid = program === 'payments' ? allowedUid : strangerUid;
    return start({
      command: programs[program],
      args: [workload, ...mode],
      env: { SPIFFE_ENDPOINT_SOCKET: `unix://${socket}`, PATH: '/usr/bin:/bin' },
      uid: separateUids ? uid : undefined,
    });
  }

  async issue(): Promise<{ x509: Fact; jwt: Fact }> {
    this.certificate = await this.workload('payments', 'x509').until((fact) => fact.event === 'x509');
    const jwt = await this.workload('payments', 'jwt', 'billing').until((fact) => fact.event === 'jwt');
    this.token = String(jwt.token);
    return { x509: this.certificate, jwt };
  }

  async mutualTls(): Promise<{ accepted: Fact; answered: Fact }> {
    const server = this.workload('payments', 'serve');
    const { port } = await server.until((fact) => fact.event === 'listening');
    const answered = await this.workload('payments', 'call', String(port)).until(
      (fact) => fact.event === 'answered',
    );
    const accepted = await server.until((fact) => fact.event === 'accepted');
    await server.stop();
    return { accepted, answered };
  }

  /** A third party that knows the CA and nothing else checks the token. */
  async checkToken(): Promise<{ sub: string; jti: string }> {
    const agent = new Agent({ ca: readFileSync(this.caFile) });
    const keys = createRemoteJWKSet(new URL(`${this.addresses.api}/.well-known/jwks.json`), {
      [customFetch]: (url: string) => secureFetch(url, agent),
    });
    const { payload } = await jwtVerify(this.token, keys, { audience: 'billing', algorithms: ['ES256'] });
    return { sub: String(payload.sub), jti: String(payload.jti) };
  }

  /** The server is away; what a process held before goes on to be served to it until it ends. */
  async rideOut(): Promise<{ before: string; during: string }> {
    const process = this.workload('payments', 'again');
    const held = await process.until((fact) => fact.event === 'x509');
    await this.stopServer();
    process.child.kill('SIGUSR1');
    const again = await process.until((fact) => fact.event === 'again' || fact.event === 'refused');
    await this.startServer();
    return { before: String(held.serial), during: String(again.serial ?? again.message) };
  }

  // Step 5
  async strangerRefused(): Promise<{ seen: Fact; entry: Fact }> {
    const seen = await this.workload('stranger', 'x509').until((fact) => 'event' in fact);
    const { items } = await this.#cli<{ items: Array<{ index: number }> }>(
      'ledger',
      'entries',
      '--kind',
      'credential.refused',
    );
    const entry = await this.#cli<{ body: string }>('ledger', 'entry', String(items[0]?.index));
    return { seen, entry: JSON.parse(entry.body).data as Fact };
  }

  // Step 6
  async lockIdentity(): Promise<{ lock: Fact; stream: Fact }> {
    this.#watcher = this.workload('payments', 'watch');
    await this.#watcher.until((fact) => fact.event === 'update');
    const lock = await this.#cli<Fact>(
      'lock',
      'place',
      'identity',
      'payments-api',
      '--reason',
      'the key was seen in a build log',
    );
    this.lock = String(lock.lock);
    const stream = await this.#watcher.until((fact) => fact.event === 'refused');
    return { lock, stream };
  }

  /** Waits until the agent has told of every point at which it tried the dead credentials. */
  async probes(): Promise<Probe[]> {
    const deadline = Date.now() + PROBES_WITHIN_MS;
    for (;;) {
      const { probes } = await this.#cli<{ probes: Array<{ probes: Probe[] }> }>('lock', 'show', this.lock);
      const all = probes.flatMap((report) => report.probes);
      if (PROBE_POINTS.every((point) => all.some((probe) => probe.point === point))) return all;
      if (Date.now() > deadline) throw new Error(`not every point was tried\n${this.#agent?.errors()}`);
    }
  }

  /** OpenSSL, which knows nothing of us, against the published list. */
  async opensslRefuses(): Promise<string> {
    const agent = new Agent({ ca: readFileSync(this.caFile) });
    const [leaf = '', ...chain] =
      String(this.certificate.chain).match(/-----BEGIN[\s\S]*?-----END CERTIFICATE-----\n/g) ?? [];
    const crl = await (await secureFetch(`${this.addresses.api}/pki/workload-1.crl`, agent)).arrayBuffer();
    writeFileSync(join(this.ground.data, 'workload.crl'), Buffer.from(crl));
    const files = { leaf: this.#write('leaf.pem', leaf), chain: this.#write('chain.pem', chain.join('')) };
    const crlPem = execFileSync(
      'openssl',
      ['crl', '-inform', 'DER', '-in', join(this.ground.data, 'workload.crl')],
      { encoding: 'utf8' },
    );
    const crlFile = this.#write('workload.crl.pem', crlPem);
    const args = [
      'verify',
      '-x509_strict',
      '-crl_check',
      '-CAfile',
      this.caFile,
      '-untrusted',
      files.chain,
      '-CRLfile',
      crlFile,
      files.leaf,
    ];
    const judged = spawnSync('openssl', args, { encoding: 'utf8' });
    return `${judged.stdout}${judged.stderr}`;
  }

  async introspect(): Promise<{ active: boolean }> {
    return this.#cli<{ active: boolean }>('credential', 'introspect', this.#write('dead.jwt', this.token));
  }

  /** As a relying party does, with an `Authorization` header of its own. */
  async introspectAs(authorization: string): Promise<Response> {
    const agent = new Agent({ ca: readFileSync(this.caFile) });
    const form = { type: 'application/x-www-form-urlencoded', text: `token=${this.token}` };
    return secureFetch(`${this.addresses.api}/oauth/introspect`, agent, { authorization }, form);
  }

  // Step 7
  async buildEvidence(out = join(this.ground.data, 'package.zip')): Promise<{ out: string; vkey: string }> {
    const to = new Date().toISOString();
    await this.#as('grace', 'evidence', 'build', '--from', this.started, '--to', to, '--out', out);
    return { out, ...(await this.logKey()) };
  }

  /** The entries of one kind, newest first. */
  async entriesOf(kind: string): Promise<Array<{ index: number }>> {
    return (await this.#cli<{ items: Array<{ index: number }> }>('ledger', 'entries', '--kind', kind)).items;
  }

  async logKey(): Promise<{ vkey: string }> {
    const agent = new Agent({ ca: readFileSync(this.caFile) });
    return { vkey: (await (await secureFetch(`${this.addresses.api}/log/vkey`, agent)).text()).trim() };
  }

  /** A copy that every uid can read: the data folder is the server's own. */
  openCaFile(): string {
    const path = join(this.ground.open, 'ca.pem');
    copyFileSync(this.caFile, path);
    return path;
  }

  async verifyLedger(): Promise<{ ok: boolean }> {
    const rows = await this.#cli<{ ok: boolean }>('ledger', 'verify', '--rows');
    const tiles = await this.#cli<{ ok: boolean }>('ledger', 'verify');
    return { ok: rows.ok && tiles.ok };
  }

  /** By the one-file verifier, in a network namespace without a network where we may make one. */
  verify(file: string, vkey: string): { code: number; report: string; offline: boolean } {
    const offline = process.getuid?.() === 0 && spawnSync('unshare', ['-n', 'true']).status === 0;
    const program = [process.execPath, join(ROOT, 'verifier/dist/muniment-verify.mjs'), file, '--key', vkey];
    const [command = '', ...args] = offline ? ['unshare', '-n', ...program] : program;
    const judged = spawnSync(command, args, { encoding: 'utf8', env: { PATH: process.env.PATH } });
    return { code: judged.status ?? 1, report: `${judged.stdout}${judged.stderr}`, offline };
  }

  /** One bit of one byte in the middle. */
  tampered(file: string): string {
    const bytes = readFileSync(file);
    const at = Math.floor(bytes.length / 2);
    bytes[at] = (bytes[at] ?? 0) ^ 1;
    const path = `${file}.tampered`;
    writeFileSync(path, bytes);
    return path;
  }
}
