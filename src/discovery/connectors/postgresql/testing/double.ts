import type { Socket } from 'node:net';
import type { Double, Plan } from '../../../testing/double.ts';
import { CLOCK_OFF_MILLISECONDS, SLOW_MILLISECONDS } from '../../../testing/http-double.ts';
import { HALF, type SocketState, startSocket } from '../../../testing/socket-double.ts';
import { askForPassword, done, messages, type Row, ready, refusal, table, welcome } from './wire.ts';

const PASSWORD = 'made-up-for-the-double';
const READ_ONLY = 'BEGIN READ ONLY';
const STATES_ONLY =
  /^(set default_transaction_read_only = on|set local search_path = pg_catalog|begin isolation level repeatable read read only|savepoint listing|rollback to savepoint listing|close page)$/;
const FETCH = /^fetch forward (\d+) from page$/;
const COUNTED = 7;

const roleOf = ({ name }: Plan, index: number): Row => ({
  name: name(index),
  login: true,
  superuser: false,
  createrole: false,
  createdb: false,
  replication: false,
  bypassrls: false,
  connlimit: -1,
  expires: null,
  predefined: false,
});

/** One connection: what its cursor stands at. */
class Conversation {
  readonly #socket: Socket;
  readonly #state: SocketState;
  #cursor: { roles: boolean; fetched: number } = { roles: false, fetched: 0 };

  constructor(socket: Socket, state: SocketState) {
    this.#socket = socket;
    this.#state = state;
    socket.on(
      'data',
      messages(({ type, body }) => {
        if (type === '') this.#start();
        if (type === 'p') this.#enter(body.subarray(0, -1).toString());
        if (type === 'Q') this.#query(body.subarray(0, -1).toString().trim());
        if (type === 'X') socket.end();
      }),
    );
  }

  #start(): void {
    if (this.#state.once('error-then-good')) this.#socket.destroy();
    else this.#socket.write(askForPassword());
  }

  #enter(password: string): void {
    const { fault } = this.#state;
    const full = fault === 'too-many-for-good' || this.#state.once('too-many-without-retry-after');
    if (full) this.#socket.end(refusal('53300'));
    else if (fault === 'unauthorized' || password !== PASSWORD) this.#socket.end(refusal('28P01'));
    else if (fault === 'not-found') this.#socket.end(refusal('3D000'));
    else this.#socket.write(welcome());
  }

  #query(sql: string): void {
    const relations = [...sql.matchAll(/(?:from|join) pg_catalog\.(\w+)/g)].map(([, name]) => name);
    const known = STATES_ONLY.test(sql) || FETCH.test(sql);
    this.#state.asked.push(
      ...(relations.length > 0 ? relations.map((name) => `SELECT pg_catalog.${name}`) : []),
      ...(relations.length === 0 ? [known ? READ_ONLY : `unknown: ${sql}`] : []),
    );
    if (this.#state.fault === 'forbidden-part' && relations.includes('pg_hba_file_rules'))
      this.#send(Buffer.concat([refusal('42501'), ready()]));
    else this.#answer(sql, relations[0]);
  }

  #answer(sql: string, relation: string | undefined): void {
    const fetch = FETCH.exec(sql);
    if (fetch !== null) this.#fetch(Number(fetch[1]));
    else this.#send(Buffer.concat([this.#told(sql, relation), ready()]));
  }

  #told(sql: string, relation: string | undefined): Buffer {
    if (sql.startsWith('select count(*)::text')) return table([this.#count(relation === 'pg_roles')]);
    if (sql.startsWith('select pg_has_role')) return table([{ sees: true }]);
    if (sql.startsWith('declare page')) this.#cursor = { roles: relation === 'pg_roles', fetched: 0 };
    else if (relation === 'pg_database') return table([{ name: 'shop', connect: true }]);
    return done();
  }

  #count(roles: boolean): Row {
    const { fault, plan } = this.#state;
    const items = roles ? plan.items + (fault === 'count-disagrees' ? COUNTED : 0) : 0;
    const late = fault === 'clock-off' ? CLOCK_OFF_MILLISECONDS : 0;
    return { items: String(items), now: new Date(Date.now() + late) };
  }

  #fetch(size: number): void {
    const { plan, fault } = this.#state;
    const first = fault === 'repeated-page' ? 0 : this.#cursor.fetched;
    const left = this.#cursor.roles ? Math.max(0, plan.items - first) : 0;
    const page = Array.from({ length: Math.min(size, left) }, (_, at) => roleOf(plan, first + at));
    this.#cursor.fetched += size;
    const isSecond = this.#cursor.fetched === 2 * size;
    if (fault === 'broken-item' && isSecond) page[1] = { ...roleOf(plan, 1), login: null };
    const rows = table(fault === 'cut-page' && isSecond ? page.slice(0, size * HALF) : page);
    const answer = Buffer.concat([rows, ready()]);
    if (this.#cursor.roles) this.#deliver(answer);
    else this.#send(answer);
  }

  /** The listing's answers take the faults of the way. */
  #deliver(answer: Buffer): void {
    const { fault } = this.#state;
    if (fault === 'slow') this.#state.later(SLOW_MILLISECONDS, () => this.#send(answer));
    else if (fault === 'invalid-answer') this.#send(Buffer.from('HTTP/1.1 200 OK\r\n\r\n'));
    else if (fault === 'connection-cut')
      this.#socket.write(answer.subarray(0, answer.length * HALF), () => this.#socket.destroy());
    else this.#send(answer);
  }

  #send(answer: Buffer): void {
    if (!this.#socket.destroyed) this.#socket.write(answer);
  }
}

/** Speaks the server's protocol and holds roles as planned; every other listing is empty. */
export const double: Double = {
  listing: 'roles',
  // The role and its password.
  observationsPerItem: 2,
  not: { 'too-many-with-retry-after': 'a PostgreSQL server never says for how long to wait' },
  async start(t, plan) {
    const {
      port,
      state: _state,
      ...running
    } = await startSocket(t, plan, (socket, state) => {
      new Conversation(socket, state);
    });
    return {
      ...running,
      settings: { host: '127.0.0.1', port, user: 'muniment', tls: 'off' },
      secrets: { password: PASSWORD },
    };
  },
};
