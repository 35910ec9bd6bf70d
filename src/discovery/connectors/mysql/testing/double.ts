import type { Socket } from 'node:net';
import type { Double, Plan } from '../../../testing/double.ts';
import { CLOCK_OFF_MILLISECONDS, SLOW_MILLISECONDS } from '../../../testing/http-double.ts';
import { HALF, type SocketState, startSocket } from '../../../testing/socket-double.ts';
import { type Row, type Served, serve } from './wire.ts';

const PASSWORD = 'made-up-for-the-double';
const READ_ONLY = 'START TRANSACTION READ ONLY';
const STATES_ONLY =
  /^(SET SESSION (time_zone|TRANSACTION)|START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY$|select version\(\))/;
const AFTER = /\) > \(x'([0-9a-f]*)', x'[0-9a-f]*'\) order by/;
const LIMIT = / limit (\d+)$/;
const COUNTED = 7;

const DENIED = 1142;
const NO_TABLE = 1146;
const TOO_MANY = 1040;
const BAD_PASSWORD = 1045;

const accountOf = (user: string): Row => ({
  user,
  host: '10.%',
  plugin: 'caching_sha2_password',
  locked: 0,
  expired: 0,
  changed: '2026-01-02T03:04:05Z',
  until: null,
  tls: 'ANY',
  issuer: '',
  subject: '',
  role: 0,
  privileges: '',
});

/** Names in the order in which the server would sort them: by their bytes. */
function namesOf({ items, name }: Plan): string[] {
  const names = Array.from({ length: items }, (_, index) => Buffer.from(name(index)));
  return names.sort(Buffer.compare).map(String);
}

class Conversation {
  readonly #state: SocketState;
  readonly #served: Served;
  readonly #names: string[];

  constructor(socket: Socket, state: SocketState, names: string[]) {
    this.#state = state;
    this.#names = names;
    this.#served = serve(socket, {
      enter: (hasPassword) => this.#enter(hasPassword),
      query: (sql) => this.#query(sql),
    });
    if (state.once('error-then-good')) socket.destroy();
  }

  /** The number of the error with which it is turned away. */
  #enter(hasPassword: boolean): number | undefined {
    const { fault } = this.#state;
    const full = fault === 'too-many-for-good' || this.#state.once('too-many-without-retry-after');
    if (full) return TOO_MANY;
    return fault === 'unauthorized' || !hasPassword ? BAD_PASSWORD : undefined;
  }

  #query(sql: string): void {
    const { fault } = this.#state;
    const tables = [...sql.matchAll(/(?:from|join) ((?:mysql|performance_schema)\.\w+)/g)].map(
      ([, name]) => name,
    );
    const known = STATES_ONLY.test(sql) ? READ_ONLY : `unknown: ${sql}`;
    this.#state.asked.push(...(tables.length > 0 ? tables.map((name) => `SELECT ${name}`) : [known]));
    const isListing = sql.includes('ssl_type as tls');
    if (fault === 'forbidden-part' && tables.includes('mysql.tables_priv')) this.#served.refuse(DENIED);
    else if (fault === 'not-found' && isListing) this.#served.refuse(NO_TABLE);
    else if (sql.startsWith('select count(*)')) this.#served.table([this.#count(isListing)]);
    else if (sql.startsWith('select version()')) this.#served.table([{ version: '8.4.0', watches: 1 }]);
    else if (tables.length === 0) this.#served.done();
    else if (isListing) this.#deliver(this.#page(sql));
    else this.#served.table([]);
  }

  #count(isListing: boolean): Row {
    const { fault, plan } = this.#state;
    const late = fault === 'clock-off' ? CLOCK_OFF_MILLISECONDS : 0;
    const items = plan.items + (fault === 'count-disagrees' ? COUNTED : 0);
    return { items: isListing ? items : 0, now: new Date(Date.now() + late).toISOString() };
  }

  #page(sql: string): Row[] {
    const { fault } = this.#state;
    const after = AFTER.exec(sql)?.[1];
    const first = after === undefined ? 0 : this.#names.indexOf(Buffer.from(after, 'hex').toString()) + 1;
    const size = Number(LIMIT.exec(sql)?.[1]);
    const from = fault === 'repeated-page' ? 0 : first;
    const page = this.#names.slice(from, from + size).map(accountOf);
    const isSecond = first === size;
    if (fault === 'broken-item' && isSecond)
      page[1] = { ...accountOf('broken'), user: this.#names[from + 1] ?? '', locked: 'maybe' };
    return fault === 'cut-page' && isSecond ? page.slice(0, size * HALF) : page;
  }

  /** The listing's answers take the faults of the way. */
  #deliver(page: Row[]): void {
    const { fault } = this.#state;
    if (fault === 'slow') this.#state.later(SLOW_MILLISECONDS, () => this.#served.table(page));
    else if (fault === 'invalid-answer') this.#served.garble();
    else if (fault === 'connection-cut') this.#served.cut(page);
    else this.#served.table(page);
  }
}

/** Speaks the server's protocol and holds accounts as planned; every other listing is empty. */
export const double: Double = {
  listing: 'accounts',
  // The account and its password.
  observationsPerItem: 2,
  not: { 'too-many-with-retry-after': 'a MySQL server never says for how long to wait' },
  async start(t, plan) {
    const names = namesOf(plan);
    const {
      port,
      state: _state,
      ...running
    } = await startSocket(t, plan, (socket, state) => {
      new Conversation(socket, state, names);
    });
    return {
      ...running,
      settings: { host: '127.0.0.1', port, user: 'muniment', tls: 'off' },
      secrets: { password: PASSWORD },
    };
  },
};
