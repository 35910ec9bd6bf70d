/** The house that the story happens in: one server, its commands, and the folder where both leave their files. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Ground } from './ground.ts';
import { done, type Program, startOwn } from './programs.ts';
import { Agent, fetch as secureFetch } from './secure-fetch.ts';

export type Fact = Record<string, unknown>;

export interface Settings {
  databaseUrl?: string;
  /** Settings file that the server is started with. */
  config?: string;
  consolePort?: number;
  apiPort?: number;
}

const TRUST_DOMAIN = 'demo.muniment.test';

export class StoryHouse {
  readonly ground: Ground;
  readonly #settings: Settings;
  #server: Program | undefined;
  addresses = { console: '', api: '' };
  readonly started = new Date().toISOString();

  constructor(ground: Ground, settings: Settings) {
    this.ground = ground;
    this.#settings = settings;
  }

  get trustDomain(): string {
    return TRUST_DOMAIN;
  }

  get caFile(): string {
    return join(this.ground.data, 'ca.pem');
  }

  key = (who: string): string => join(this.ground.data, `${who}.key`);
  cli = <T>(...args: string[]): Promise<T> => done<T>([...args, '--data', this.ground.data]);
  as = <T>(who: string, ...args: string[]): Promise<T> => this.cli<T>(...args, '--key-file', this.key(who));

  async startServer(): Promise<{ milliseconds: number }> {
    const began = performance.now();
    const { databaseUrl, config, consolePort = 0, apiPort = 0 } = this.#settings;
    const ports = ['--console-port', String(consolePort), '--api-port', String(apiPort)];
    const settings = config === undefined ? [] : ['--config', config];
    const where = ['--data', this.ground.data, '--trust-domain', TRUST_DOMAIN, ...ports, ...settings];
    const environment = databaseUrl === undefined ? {} : { MUNIMENT_DATABASE_URL: databaseUrl };
    this.#server = startOwn('src/cli/main.ts', ['serve', '--no-sweep', '--json', ...where], environment);
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

  /** To the API, with our CA pinned and nothing else. */
  fetch(
    path: string,
    headers: Record<string, string> = {},
    form?: { type: string; text: string },
  ): Promise<Response> {
    const agent = new Agent({ ca: readFileSync(this.caFile) });
    return secureFetch(`${this.addresses.api}${path}`, agent, headers, form);
  }

  write(name: string, text: string): string {
    const path = join(this.ground.data, name);
    writeFileSync(path, text);
    return path;
  }

  /** The entries of one kind, newest first. */
  async entriesOf(kind: string): Promise<Array<{ index: number }>> {
    return (await this.cli<{ items: Array<{ index: number }> }>('ledger', 'entries', '--kind', kind)).items;
  }
}
