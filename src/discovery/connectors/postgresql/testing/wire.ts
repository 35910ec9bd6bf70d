/** The server's side of the PostgreSQL protocol, version 3: as much as a client's simple queries need. */

export type Row = Record<string, string | number | boolean | Date | null>;

const BOOLEAN = 16;
const INTEGER = 23;
const TEXT = 25;
const MOMENT = 1184;

const int16 = (value: number) => {
  const bytes = Buffer.alloc(2);
  bytes.writeInt16BE(value);
  return bytes;
};
const int32 = (value: number) => {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
};
const zeroEnded = (text: string) => Buffer.from(`${text}\0`);

function message(type: string, ...parts: Buffer[]): Buffer {
  const body = Buffer.concat(parts);
  return Buffer.concat([Buffer.from(type), int32(body.length + 4), body]);
}

export const askForPassword = () => message('R', int32(3));
export const ready = () => message('Z', Buffer.from('I'));
export const welcome = () => Buffer.concat([message('R', int32(0)), ready()]);
export const refusal = (sqlstate: string) =>
  message('E', ...[zeroEnded('SERROR'), zeroEnded(`C${sqlstate}`), zeroEnded('Mno'), Buffer.from([0])]);
export const done = () => message('C', zeroEnded('DONE'));

const typeOf = (value: Row[string] | undefined): number => {
  if (typeof value === 'boolean') return BOOLEAN;
  if (typeof value === 'number') return INTEGER;
  return value instanceof Date ? MOMENT : TEXT;
};

function encoded(value: Row[string]): Buffer {
  if (value === null) return int32(-1);
  const text = value instanceof Date ? value.toISOString().replace('T', ' ').replace('Z', '+00') : value;
  const bytes = Buffer.from(typeof text === 'boolean' ? (text.toString()[0] as string) : String(text));
  return Buffer.concat([int32(bytes.length), bytes]);
}

export function table(rows: Row[]): Buffer {
  const columns = Object.keys(rows[0] ?? {});
  const described = columns.map((name) =>
    Buffer.concat([
      ...[zeroEnded(name), int32(0), int16(0), int32(typeOf(rows[0]?.[name]))],
      ...[int16(-1), int32(-1), int16(0)],
    ]),
  );
  return Buffer.concat([
    message('T', int16(columns.length), ...described),
    ...rows.map((row) => message('D', int16(columns.length), ...Object.values(row).map(encoded))),
    done(),
  ]);
}

export interface Message {
  /** Empty for the first, which has no type. */
  type: string;
  body: Buffer;
}

/** Takes what came in apart; calls `take` with each message that is whole. */
export function messages(take: (message: Message) => void): (chunk: Buffer) => void {
  let held = Buffer.alloc(0);
  let first = true;
  return (chunk) => {
    held = Buffer.concat([held, chunk]);
    for (;;) {
      const head = first ? 0 : 1;
      if (held.length < head + 4) return;
      const end = head + held.readInt32BE(head);
      if (held.length < end) return;
      const type = first ? '' : String.fromCharCode(held[0] as number);
      const body = held.subarray(head + 4, end);
      held = held.subarray(end);
      first = false;
      take({ type, body });
    }
  };
}
