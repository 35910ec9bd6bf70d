import type { Socket } from 'node:net';
import { BerReader, BerWriter } from 'ldapts';
import type { Double, Plan } from '../../../testing/double.ts';
import { SLOW_MILLISECONDS } from '../../../testing/http-double.ts';
import { HALF, type SocketState, startSocket } from '../../../testing/socket-double.ts';

const PASSWORD = 'made-up-for-the-double';
/** Fewer than are asked for, as a server may. */
const PAGE_ENTRIES = 100;
const [BIND, BOUND, UNBIND, SEARCH, ENTRY, DONE] = [0x60, 0x61, 0x42, 0x63, 0x64, 0x65];
const [SET, CONTROLS, SIMPLE] = [0x31, 0xa0, 0x80];
const PAGED = '1.2.840.113556.1.4.319';
const [SUCCESS, NO_SUCH_OBJECT, BAD_CREDENTIALS, NO_ACCESS, BUSY] = [0, 32, 49, 50, 51];
const BASES = ['dc=one', 'dc=two'];

type Attributes = Record<string, string[]>;

function message(id: number, write: (to: BerWriter) => void): Buffer {
  const writer = new BerWriter();
  writer.startSequence();
  writer.writeInt(id);
  write(writer);
  writer.endSequence();
  return writer.buffer;
}

function result(to: BerWriter, tag: number, code: number): void {
  to.startSequence(tag);
  to.writeEnumeration(code);
  to.writeString('');
  to.writeString('no');
  to.endSequence();
}

const entry = (id: number, dn: string, attributes: Attributes): Buffer =>
  message(id, (to) => {
    to.startSequence(ENTRY);
    to.writeString(dn);
    to.startSequence();
    for (const [name, values] of Object.entries(attributes)) {
      to.startSequence();
      to.writeString(name);
      to.startSequence(SET);
      for (const value of values) to.writeString(value);
      to.endSequence();
      to.endSequence();
    }
    to.endSequence();
    to.endSequence();
  });

function done(id: number, code: number, cookie: string): Buffer {
  const value = new BerWriter();
  value.startSequence();
  value.writeInt(0);
  value.writeString(cookie);
  value.endSequence();
  return message(id, (to) => {
    result(to, DONE, code);
    to.startSequence(CONTROLS);
    to.startSequence();
    to.writeString(PAGED);
    to.writeBuffer(value.buffer, 0x04);
    to.endSequence();
    to.endSequence();
  });
}

const end = (id: number, code: number): Buffer => message(id, (to) => result(to, DONE, code));

interface Asked {
  id: number;
  tag: number;
  /** Base of a search, or name of a bind. */
  name: string;
  password: string;
  cookie: string;
  /** A search of the base alone. */
  isBase: boolean;
}

function read(bytes: Buffer): Asked {
  const reader = new BerReader(bytes);
  reader.readSequence();
  const id = reader.readInt() ?? 0;
  const tag = reader.peek() ?? 0;
  if (tag === UNBIND) return { id, tag, name: '', password: '', cookie: '', isBase: false };
  const size = reader.readSequence(tag) === null ? 0 : reader.length;
  const after = reader.offset + size;
  if (tag === BIND) reader.readInt();
  const name = reader.readString() ?? '';
  const password = tag === BIND ? (reader.readString(SIMPLE) ?? '') : '';
  const isBase = tag === SEARCH && reader.readEnumeration() === 0;
  return { id, tag, name, password, isBase, cookie: cookieIn(bytes.subarray(after)) };
}

/** The paging control is the only one that is sent, and its value is the last thing in it. */
function cookieIn(controls: Buffer): string {
  const at = controls.indexOf(PAGED);
  if (at < 0) return '';
  return /page-\d+$/.exec(controls.subarray(at).toString('latin1'))?.[0] ?? '';
}

class Conversation {
  readonly #socket: Socket;
  readonly #state: SocketState;

  constructor(socket: Socket, state: SocketState) {
    this.#socket = socket;
    this.#state = state;
    let held = Buffer.alloc(0);
    socket.on('data', (chunk) => {
      held = Buffer.concat([held, chunk]);
      for (let size = sizeOf(held); size !== undefined; size = sizeOf(held)) {
        this.#take(read(held.subarray(0, size)));
        held = held.subarray(size);
      }
    });
    if (state.once('error-then-good')) socket.destroy();
  }

  #take(asked: Asked): void {
    if (asked.tag === UNBIND) {
      this.#socket.end();
      return;
    }
    this.#state.asked.push(
      asked.tag === BIND ? 'bind' : asked.tag === SEARCH ? 'search' : `unknown: ${asked.tag}`,
    );
    if (asked.tag === BIND) this.#send(message(asked.id, (to) => result(to, BOUND, this.#enter(asked))));
    else if (asked.name === '')
      this.#send(Buffer.concat([entry(asked.id, '', { namingContexts: BASES }), end(asked.id, SUCCESS)]));
    else this.#search(asked);
  }

  #enter({ password }: Asked): number {
    const { fault } = this.#state;
    if (fault === 'too-many-for-good' || this.#state.once('too-many-without-retry-after')) return BUSY;
    return fault === 'unauthorized' || password !== PASSWORD ? BAD_CREDENTIALS : SUCCESS;
  }

  #search({ id, name, cookie, isBase }: Asked): void {
    const { fault, plan } = this.#state;
    if (isBase) {
      this.#send(Buffer.concat([entry(id, name, { objectClass: ['dcObject'] }), end(id, SUCCESS)]));
      return;
    }
    if (name !== BASES[0]) {
      this.#send(fault === 'forbidden-part' ? end(id, NO_ACCESS) : done(id, SUCCESS, ''));
      return;
    }
    const page = Number(cookie.replace('page-', '') || 0);
    const first = page * PAGE_ENTRIES;
    const isLast = first + PAGE_ENTRIES >= plan.items + (fault === 'empty-last-page' ? 1 : 0);
    const shown = fault === 'repeated-page' ? 0 : first;
    const count = Math.max(0, Math.min(PAGE_ENTRIES, plan.items - shown));
    const entries = Array.from({ length: count }, (_, at) =>
      this.#account(id, plan, shown + at, page === 1 && at === 1),
    );
    const next = isLast && fault !== 'repeated-page' ? '' : `page-${page + 1}`;
    this.#deliver(id, Buffer.concat([...entries, done(id, SUCCESS, next)]));
  }

  #account(id: number, plan: Plan, index: number, isSecond: boolean): Buffer {
    const broken = this.#state.fault === 'broken-item' && isSecond;
    return entry(id, `uid=${plan.name(index)},dc=one`, {
      objectClass: ['account'],
      createTimestamp: broken ? ['twice', 'told'] : ['20260102030405Z'],
    });
  }

  /** The listing's answers take the faults of the way. */
  #deliver(id: number, answer: Buffer): void {
    const { fault } = this.#state;
    if (fault === 'slow') this.#state.later(SLOW_MILLISECONDS, () => this.#send(answer));
    else if (fault === 'not-found') this.#send(end(id, NO_SUCH_OBJECT));
    else if (fault === 'invalid-answer') this.#send(Buffer.from('HTTP/1.1 200 OK\r\n\r\n'));
    else if (fault === 'connection-cut')
      this.#socket.write(answer.subarray(0, answer.length * HALF), () => this.#socket.destroy());
    else this.#send(answer);
  }

  #send(answer: Buffer): void {
    if (!this.#socket.destroyed) this.#socket.write(answer);
  }
}

/** Of the first message in `bytes`; undefined where it is not whole yet. */
function sizeOf(bytes: Buffer): number | undefined {
  if (bytes.length < 2) return undefined;
  const short = bytes[1] as number;
  const digits = short < 0x80 ? 0 : short - 0x80;
  if (bytes.length < 2 + digits) return undefined;
  const size = 2 + digits + (digits === 0 ? short : bytes.readUIntBE(2, digits));
  return bytes.length < size ? undefined : size;
}

/** Speaks LDAP and holds accounts as planned below `dc=one`; `dc=two` is empty. */
export const double: Double = {
  listing: 'accounts',
  // The account and its password.
  observationsPerItem: 2,
  not: {
    'too-many-with-retry-after': 'an LDAP server never says for how long to wait',
    'cut-page': 'pages may be of any length, and a server tells no count',
    'count-disagrees': 'a server tells no count',
    'clock-off': 'a plain server tells no time',
  },
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
      settings: { url: `ldap://127.0.0.1:${port}`, bindDn: 'cn=muniment' },
      secrets: { password: PASSWORD },
    };
  },
};
