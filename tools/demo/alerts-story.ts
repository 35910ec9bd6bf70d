/** Chapters 9 and 10: recorded days are replayed, each detector is provoked once, the deputy handles what it raised, a SIEM gets it. */
import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { newId } from '../../src/kernel/index.ts';
import { done } from './programs.ts';

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const RECORDED_DAYS = 20;
/** The job ran half a day away from now, so that now is an hour in which it was never seen. */
const USUAL_HOURS_AGO = 12;
const SOURCE = 'gateway';
const ALERTS_WITHIN_MS = 20_000;
const DETECTORS = ['failed-attempts', 'locked-credential', 'second-address', 'unusual-hour'] as const;

export interface AlertsGround {
  /** The server's data folder. */
  data: string;
  /** Declared name of an identity that was granted a credential and then locked. */
  identity: string;
  /** Declared name of one that was granted nothing today: its recorded days are replayed. */
  quiet: string;
  /** Key file of its owner, its deputy or an operator. */
  handlerKey: string;
}

export interface StoryAlert {
  id: string;
  detector: string;
  state: string;
  expected: string;
  seen: string;
  entries: number[];
}

interface Event {
  at: string;
  identity: string;
  instance: string;
  credential?: number;
  action: string;
  outcome: 'success' | 'failure';
  address: string;
}

const keyFileIn = (data: string): string => join(data, `${SOURCE}.key`);

/** Makes the key of the event source. @returns what the server's settings (`--config`) must say of it */
export function eventSourceSettings(data: string): string {
  const { privateKey } = generateKeyPairSync('ed25519');
  writeFileSync(keyFileIn(data), privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
  const publicKey = createPublicKey(privateKey).export({ type: 'spki', format: 'der' }).toString('base64url');
  return `eventSources:\n  - name: ${SOURCE}\n    publicKey: ${publicKey}\n`;
}

export class AlertsStory {
  readonly #ground: AlertsGround;
  readonly #instance = newId('instance');

  constructor(ground: AlertsGround) {
    this.#ground = ground;
  }

  #cli = <T>(...args: string[]): Promise<T> => done<T>([...args, '--data', this.#ground.data]);

  #event(at: number, more: Partial<Event> = {}): Event {
    const { identity } = this.#ground;
    const usual = {
      instance: this.#instance,
      action: 'settle',
      outcome: 'success',
      address: '192.0.2.10',
    } as const;
    return { at: new Date(at).toISOString(), identity, ...usual, ...more };
  }

  async #tell(name: string, events: Event[]): Promise<{ imported: number; known: number }> {
    const file = join(this.#ground.data, `${name}.jsonl`);
    writeFileSync(file, events.map((event) => `${JSON.stringify(event)}\n`).join(''));
    return this.#cli(
      'events',
      'import',
      file,
      '--source',
      SOURCE,
      '--source-key',
      keyFileIn(this.#ground.data),
    );
  }

  /** Recorded days at one hour; told twice, they count once. */
  async replay(): Promise<{ imported: number; again: number }> {
    const last = Date.now() - USUAL_HOURS_AGO * HOUR_MS;
    const days = Array.from({ length: RECORDED_DAYS }, (_, day) =>
      this.#event(last - (RECORDED_DAYS - 1 - day) * DAY_MS, { identity: this.#ground.quiet }),
    );
    const { imported } = await this.#tell('recorded-days', days);
    const again = await this.#tell('recorded-days', days);
    return { imported, again: again.imported };
  }

  /** The newest grant of the identity, which a lock has killed since. */
  async #deadCredential(): Promise<number> {
    const { id } = await this.#cli<{ id: string }>('identity', 'show', this.#ground.identity);
    const { items } = await this.#cli<{ items: Array<{ index: number; subject: string }> }>(
      'ledger',
      'entries',
      '--kind',
      'credential.granted',
    );
    const grant = items.find(({ subject }) => subject === id);
    if (grant === undefined) throw new Error(`nothing was granted to ${this.#ground.identity}`);
    return grant.index;
  }

  /** One departure for each detector; the failures are nine, and raise one alert all the same. */
  async provoke(): Promise<StoryAlert[]> {
    const now = Date.now();
    const other = newId('instance');
    const failures = Array.from({ length: 9 }, (_, at) =>
      this.#event(now - (9 - at) * 1000, { instance: other, outcome: 'failure' }),
    );
    const credential = await this.#deadCredential();
    await this.#tell('failures', failures);
    await this.#tell('dead', [
      this.#event(now, { credential, outcome: 'failure', instance: newId('instance') }),
    ]);
    await this.#tell('elsewhere', [this.#event(now, { outcome: 'failure', address: '198.51.100.7' })]);
    await this.#tell('at-night', [this.#event(now, { identity: this.#ground.quiet, action: 'export-all' })]);
    return this.#raised(other);
  }

  /** Detectors run beside the requests that bring events: their alerts come a moment later. */
  async #raised(failing: string): Promise<StoryAlert[]> {
    const deadline = Date.now() + ALERTS_WITHIN_MS;
    for (;;) {
      const all = await this.#cli<Array<StoryAlert & { about: string }>>('alert', 'list');
      const ours = all.filter(({ detector, about }) => detector !== 'failed-attempts' || about === failing);
      if (DETECTORS.every((detector) => ours.some((alert) => alert.detector === detector))) return ours;
      if (Date.now() > deadline) throw new Error(`not every detector woke: ${JSON.stringify(all)}`);
    }
  }

  /** The deputy takes an alert in hand and closes it with a reason. */
  async handle(alert: StoryAlert): Promise<StoryAlert> {
    const as = ['--key-file', this.#ground.handlerKey];
    await this.#cli('alert', 'ack', alert.id, ...as);
    const how = ['--outcome', 'expected', '--reason', 'the settlement was run by hand after an outage'];
    await this.#cli('alert', 'resolve', alert.id, ...how, ...as);
    return this.#cli<StoryAlert>('alert', 'show', alert.id);
  }

  testDetectors(): Promise<Array<{ detector: string; alive: boolean }>> {
    return this.#cli('alert', 'test');
  }

  // Chapter 10
  async export(path = join(this.#ground.data, 'siem.jsonl')): Promise<{
    path: string;
    sent: number;
    expected: number;
    count: number;
    complete: boolean;
  }> {
    const to = ['--to', 'file', '--path', path];
    const { sent } = await this.#cli<{ sent: number }>('export', ...to);
    const checked = await this.#cli<{ expected: number; count: number; complete: boolean }>(
      'export',
      ...to,
      '--check',
    );
    return { path, sent, ...checked };
  }
}
