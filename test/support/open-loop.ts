/** Requests by schedule, not by completion: whoever is slow gets no rest. Raw TLS, so that the generator keeps up on one core. */
import { once } from 'node:events';
import { connect, type TLSSocket } from 'node:tls';

export interface Answer {
  status: number;
  retryAfter: string | undefined;
  /** Since the moment when the request was due. */
  milliseconds: number;
  text: string;
}

export interface Line {
  /** Sends at once, behind whatever is not answered yet on this connection (HTTP pipelining). */
  send(due: number): Promise<Answer>;
  close(): void;
}

export interface Peer {
  port: number;
  ca: Buffer;
  cert: string;
  key: string;
}

/** One keep-alive connection that sends `body` to `path` again and again. */
export async function openLine({ port, ...tls }: Peer, path: string, body: object): Promise<Line> {
  const content = JSON.stringify(body);
  const head = [
    `POST ${path} HTTP/1.1`,
    `host: localhost:${port}`,
    'content-type: application/json',
    `content-length: ${Buffer.byteLength(content)}`,
  ];
  const request = Buffer.from(`${head.join('\r\n')}\r\n\r\n${content}`);
  const socket = connect({ host: 'localhost', port, ...tls });
  await once(socket, 'secureConnect');
  const waiting: Array<{ due: number; resolve(answer: Answer): void; reject(error: Error): void }> = [];
  readAnswers(socket, (answer) => {
    const next = waiting.shift();
    next?.resolve({ ...answer, milliseconds: performance.now() - next.due });
  });
  socket.on('error', () => undefined);
  socket.on('close', () => {
    for (const { reject } of waiting.splice(0)) reject(new Error('the connection was closed'));
  });
  return {
    send: (due) =>
      new Promise((resolve, reject) => {
        if (socket.destroyed) return reject(new Error('the connection is closed'));
        waiting.push({ due, resolve, reject });
        socket.write(request);
      }),
    close: () => socket.destroy(),
  };
}

/** Our server tells the length of each answer (RFC 9112, section 6.2). */
function readAnswers(socket: TLSSocket, emit: (answer: Omit<Answer, 'milliseconds'>) => void): void {
  let rest = '';
  socket.setEncoding('latin1');
  socket.on('data', (chunk: string) => {
    rest += chunk;
    for (let end = rest.indexOf('\r\n\r\n'); end >= 0; end = rest.indexOf('\r\n\r\n')) {
      const head = rest.slice(0, end).toLowerCase();
      const length = Number(/\r\ncontent-length: (\d+)/.exec(head)?.[1]);
      if (Number.isNaN(length)) return void socket.destroy(new Error('an answer without its length'));
      if (rest.length < end + 4 + length) return;
      const retryAfter = /\r\nretry-after: ([^\r]*)/.exec(head)?.[1];
      const text = Buffer.from(rest.slice(end + 4, end + 4 + length), 'latin1').toString('utf8');
      emit({ status: Number(head.slice(9, 12)), retryAfter, text });
      rest = rest.slice(end + 4 + length);
    }
  });
}

export interface Outcome {
  answers: Answer[];
  /** Sent per second, as it came to be: this host may be too slow for what was asked. */
  offered: number;
  /** Connections that broke: no request may be lost by that. */
  broken: number;
}

const TURN_MILLISECONDS = 5;

/** `rate` requests each second for so long, spread over the lines, whatever became of those before. */
export async function openLoop(lines: Line[], rate: number, seconds: number): Promise<Outcome> {
  const start = performance.now();
  const answers: Answer[] = [];
  const pending: Promise<unknown>[] = [];
  let broken = 0;
  let sent = 0;
  const fail = () => {
    broken += 1;
  };
  while (performance.now() - start < seconds * 1000) {
    const due = Math.floor(((performance.now() - start) / 1000) * rate);
    for (; sent < due; sent += 1) {
      const at = start + (sent / rate) * 1000;
      const asked = lines[sent % lines.length]?.send(at);
      if (asked) pending.push(asked.then((answer) => answers.push(answer), fail));
    }
    await new Promise((resolve) => setTimeout(resolve, TURN_MILLISECONDS));
  }
  const offered = sent / ((performance.now() - start) / 1000);
  await Promise.all(pending);
  return { answers, offered, broken };
}

/** Each line asks, waits and asks again: what the server can sustain. */
export async function closedLoop(lines: Line[], seconds: number): Promise<Outcome> {
  const start = performance.now();
  const answers: Answer[] = [];
  const isOver = () => performance.now() - start > seconds * 1000;
  await Promise.all(
    lines.map(async (line) => {
      while (!isOver()) answers.push(await line.send(performance.now()));
    }),
  );
  return { answers, offered: answers.length / ((performance.now() - start) / 1000), broken: 0 };
}
