/** Chapters 3 to 5: an agent joins, a process is given what policy allows, another is refused. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createRemoteJWKSet, customFetch, jwtVerify } from 'jose';
import { type Program, start, startOwn } from './programs.ts';
import { Agent, fetch as secureFetch } from './secure-fetch.ts';
import type { Fact, StoryHouse } from './story-house.ts';

export class WorkloadStory {
  readonly #house: StoryHouse;
  #agent: Program | undefined;
  token = '';
  certificate: Fact = {};

  constructor(house: StoryHouse) {
    this.#house = house;
  }

  async startAgent(): Promise<void> {
    const { token } = await this.#house.cli<{ token: string }>('token', 'create', 'demo-host');
    const tokenFile = join(this.#house.ground.data, 'join.token');
    writeFileSync(tokenFile, token, { mode: 0o600 });
    const { agentData, socket } = this.#house.ground;
    const server = ['--server', this.#house.addresses.api, '--ca', this.#house.caFile];
    const places = ['--data', agentData, '--socket', socket];
    const joining = ['--join-token-file', tokenFile, '--name', 'demo-host'];
    this.#agent = startOwn('src/agent/main.ts', ['run', '--json', ...server, ...places, ...joining]);
    await this.#agent.until((fact) => fact.event === 'ready');
  }

  /** What the agent has complained of so far. */
  agentErrors = (): string => this.#agent?.errors() ?? '';

  workload(program: 'payments' | 'stranger', ...mode: string[]): Program {
    const { programs, workload, socket, separateUids, allowedUid, strangerUid } = this.#house.ground;
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
    const agent = new Agent({ ca: readFileSync(this.#house.caFile) });
    const keys = createRemoteJWKSet(new URL(`${this.#house.addresses.api}/.well-known/jwks.json`), {
      [customFetch]: (url: string) => secureFetch(url, agent),
    });
    const { payload } = await jwtVerify(this.token, keys, { audience: 'billing', algorithms: ['ES256'] });
    return { sub: String(payload.sub), jti: String(payload.jti) };
  }

  /** The server is away; what a process held before goes on to be served to it until it ends. */
  async rideOut(): Promise<{ before: string; during: string }> {
    const process = this.workload('payments', 'again');
    const held = await process.until((fact) => fact.event === 'x509');
    await this.#house.stopServer();
    process.child.kill('SIGUSR1');
    const again = await process.until((fact) => fact.event === 'again' || fact.event === 'refused');
    await this.#house.startServer();
    return { before: String(held.serial), during: String(again.serial ?? again.message) };
  }

  async strangerRefused(): Promise<{ seen: Fact; entry: Fact }> {
    const seen = await this.workload('stranger', 'x509').until((fact) => 'event' in fact);
    const [refused] = await this.#house.entriesOf('credential.refused');
    const entry = await this.#house.cli<{ body: string }>('ledger', 'entry', String(refused?.index));
    return { seen, entry: JSON.parse(entry.body).data as Fact };
  }
}
