/** The server's side of the MySQL protocol: as much as a client's plain queries need. */
import { randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';

export type Row = Record<string, string | number | null>;

const PROTOCOL = 10;
const UTF8 = 45;
const TEXT = 253;
const INTEGER = 8;
/** No TLS, no compression, authentication by plugin. */
const CAPABILITIES = 0x000f_a28d;
const AUTOCOMMIT = 2;
const QUIT = 1;
const QUERY = 3;
const SCRAMBLE_BYTES = 20;
const LENGTH_ONE_BYTE_MAX = 250;
const HEAD_BYTES = 4;

const int = (value: number, bytes: number) => {
  const buffer = Buffer.alloc(bytes);
  buffer.writeUIntLE(value, 0, bytes);
  return buffer;
};
const counted = (content: Buffer): Buffer => {
  const { length } = content;
  const head = length <= LENGTH_ONE_BYTE_MAX ? int(length, 1) : Buffer.concat([int(0xfc, 1), int(length, 2)]);
  return Buffer.concat([head, content]);
};
const text = (value: string) => counted(Buffer.from(value));
const end = () => Buffer.concat([int(0xfe, 1), int(0, 2), int(AUTOCOMMIT, 2)]);
const ok = () => Buffer.concat([int(0, 3), int(AUTOCOMMIT, 2), int(0, 2)]);
const error = (number: number) => Buffer.concat([int(0xff, 1), int(number, 2), Buffer.from('#HY000no')]);

function greeting(scramble: Buffer): Buffer {
  return Buffer.concat([
    ...[int(PROTOCOL, 1), Buffer.from('8.4.0\0'), int(1, 4), scramble.subarray(0, 8), int(0, 1)],
    ...[int(CAPABILITIES & 0xffff, 2), int(UTF8, 1), int(AUTOCOMMIT, 2), int(CAPABILITIES >>> 16, 2)],
    ...[int(SCRAMBLE_BYTES + 1, 1), Buffer.alloc(10), scramble.subarray(8), int(0, 1)],
    Buffer.from('mysql_native_password\0'),
  ]);
}

const column = (name: string, isNumber: boolean): Buffer =>
  Buffer.concat([
    ...[text('def'), text(''), text(''), text(''), text(name), text(name), int(12, 1), int(UTF8, 2)],
    ...[int(1024, 4), int(isNumber ? INTEGER : TEXT, 1), int(0, 2), int(0, 1), int(0, 2)],
  ]);
const row = (values: Array<string | number | null>): Buffer =>
  Buffer.concat(values.map((value) => (value === null ? int(0xfb, 1) : text(String(value)))));

function packetsOf(rows: Row[]): Buffer[] {
  const [first = { none: null }] = rows;
  const columns = Object.entries(first).map(([name, value]) => column(name, typeof value === 'number'));
  return [int(columns.length, 1), ...columns, end(), ...rows.map((each) => row(Object.values(each))), end()];
}

/** Numbered from `first` on, as a conversation's packets are. */
const framed = (packets: Buffer[], first: number): Buffer =>
  Buffer.concat(packets.flatMap((body, at) => [int(body.length, 3), int((first + at) & 0xff, 1), body]));

export interface Served {
  table(rows: Row[]): void;
  done(): void;
  refuse(number: number): void;
  garble(): void;
  /** Half of the table, then the connection is gone. */
  cut(rows: Row[]): void;
}

export interface Serving {
  /** Number of the error with which a client is turned away. */
  enter(hasPassword: boolean): number | undefined;
  query(sql: string): void;
}

/** Greets a client and hands on what it asks. */
export function serve(socket: Socket, { enter, query }: Serving): Served {
  const send = (packets: Buffer[], first = 1) => {
    if (!socket.destroyed) socket.write(framed(packets, first));
  };
  let held = Buffer.alloc(0);
  let entered = false;
  const take = (sequence: number, body: Buffer) => {
    if (entered && body[0] === QUERY) return query(body.subarray(1).toString());
    if (entered) return void (body[0] === QUIT && socket.end());
    const refused = enter(body.includes(Buffer.from([0, SCRAMBLE_BYTES])));
    entered = true;
    send([refused === undefined ? ok() : error(refused)], sequence + 1);
    if (refused !== undefined) socket.end();
  };
  socket.on('data', (chunk) => {
    held = Buffer.concat([held, chunk]);
    for (;;) {
      const size = held.length < HEAD_BYTES ? Infinity : HEAD_BYTES + held.readUIntLE(0, 3);
      if (held.length < size) return;
      const [sequence, body] = [held[3] as number, held.subarray(HEAD_BYTES, size)];
      held = held.subarray(size);
      take(sequence, body);
    }
  });
  send([greeting(Buffer.from(randomBytes(SCRAMBLE_BYTES).map((byte) => byte | 1)))], 0);
  return {
    table: (rows) => send(packetsOf(rows)),
    done: () => send([ok()]),
    refuse: (number) => send([error(number)]),
    garble: () => socket.write('HTTP/1.1 200 OK\r\n\r\n'),
    cut(rows) {
      const bytes = framed(packetsOf(rows), 1);
      socket.write(bytes.subarray(0, bytes.length / 2), () => socket.destroy());
    },
  };
}
