/** Chapter 6: a lock, proven by refusal at every point that knows the locked credential. */
import { execFileSync, spawnSync } from 'node:child_process';
import type { Program } from './programs.ts';
import type { Fact, StoryHouse } from './story-house.ts';
import type { WorkloadStory } from './workload-story.ts';

export interface Probe {
  point: string;
  outcome: string;
  latencyMs: number | null;
  detail: string;
}

const PROBES_WITHIN_MS = 30_000;
const PROBE_POINTS = ['api-renewal', 'introspection', 'agent-stream', 'crl', 'openssl'];

export class LockStory {
  readonly #house: StoryHouse;
  readonly #workloads: WorkloadStory;
  #watcher: Program | undefined;
  lock = '';

  constructor(house: StoryHouse, workloads: WorkloadStory) {
    this.#house = house;
    this.#workloads = workloads;
  }

  async lockIdentity(): Promise<{ lock: Fact; stream: Fact }> {
    this.#watcher = this.#workloads.workload('payments', 'watch');
    await this.#watcher.until((fact) => fact.event === 'update');
    const lock = await this.#house.cli<Fact>(
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
      const { probes } = await this.#house.cli<{ probes: Array<{ probes: Probe[] }> }>(
        'lock',
        'show',
        this.lock,
      );
      const all = probes.flatMap((report) => report.probes);
      if (PROBE_POINTS.every((point) => all.some((probe) => probe.point === point))) return all;
      if (Date.now() > deadline)
        throw new Error(`not every point was tried\n${this.#workloads.agentErrors()}`);
    }
  }

  /** OpenSSL, which knows nothing of us, against the published list. */
  async opensslRefuses(): Promise<string> {
    const [leaf = '', ...chain] =
      String(this.#workloads.certificate.chain).match(/-----BEGIN[\s\S]*?-----END CERTIFICATE-----\n/g) ?? [];
    const leafFile = this.#house.write('leaf.pem', leaf);
    const untrusted = ['-untrusted', this.#house.write('chain.pem', chain.join(''))];
    const trusted = ['-CAfile', this.#house.caFile, '-CRLfile', await this.#crlFile()];
    const args = ['verify', '-x509_strict', '-crl_check', ...trusted, ...untrusted, leafFile];
    const judged = spawnSync('openssl', args, { encoding: 'utf8' });
    return `${judged.stdout}${judged.stderr}`;
  }

  async #crlFile(): Promise<string> {
    const der = await (await this.#house.fetch('/pki/workload-1.crl')).arrayBuffer();
    const pem = execFileSync('openssl', ['crl', '-inform', 'DER'], { input: Buffer.from(der) });
    return this.#house.write('workload.crl.pem', pem.toString());
  }

  async introspect(): Promise<{ active: boolean }> {
    return this.#house.cli<{ active: boolean }>(
      'credential',
      'introspect',
      this.#house.write('dead.jwt', this.#workloads.token),
    );
  }

  /** As a relying party does, with an `Authorization` header of its own. */
  async introspectAs(authorization: string): Promise<Response> {
    const form = { type: 'application/x-www-form-urlencoded', text: `token=${this.#workloads.token}` };
    return this.#house.fetch('/oauth/introspect', { authorization }, form);
  }
}
