/** The leanest client that speaks real HTTP/1.1 over TLS: it shares the cores with the server that it measures. */
import { connect, type TLSSocket } from 'node:tls';

export interface Wire {
  /** One request at a time. @returns the status and the whole answer */
  send(request: Buffer): Promise<{ status: number; text: string }>;
  close(): void;
}

export interface WireOptions {
  port: number;
  ca: string | Buffer;
  cert?: string;
  key?: string;
}

const HEAD_END = '\r\n\r\n';

/** A POST of JSON, ready to send as often as wanted. */
export function posted(path: string, body: unknown, headers: Record<string, string> = {}): Buffer {
  const text = JSON.stringify(body);
  const lines = Object.entries({
    host: 'localhost',
    'content-type': 'application/json',
    'content-length': String(Buffer.byteLength(text)),
    ...headers,
  }).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.from(`POST ${path} HTTP/1.1\r\n${lines.join('')}\r\n${text}`);
}

export async function openWire(options: WireOptions): Promise<Wire> {
  const socket = connect({ host: 'localhost', servername: 'localhost', ...options });
  await new Promise((resolve, reject) => socket.once('secureConnect', resolve).once('error', reject));
  return new Connection(socket);
}

class Connection implements Wire {
  readonly #socket: TLSSocket;
  #received = '';
  #wanted = -1;
  #bodyAt = 0;
  #settle:
    | { resolve(answer: { status: number; text: string }): void; reject(error: Error): void }
    | undefined;

  constructor(socket: TLSSocket) {
    this.#socket = socket;
    socket.setEncoding('latin1').setNoDelay(true);
    socket.on('data', (chunk: string) => this.#take(chunk));
    socket.on('error', (error) => this.#settle?.reject(error));
    socket.on('close', () => this.#settle?.reject(new Error('the server closed the connection')));
  }

  send(request: Buffer): Promise<{ status: number; text: string }> {
    return new Promise((resolve, reject) => {
      this.#settle = { resolve, reject };
      this.#socket.write(request);
    });
  }

  close(): void {
    this.#settle = undefined;
    this.#socket.destroy();
  }

  #take(chunk: string): void {
    this.#received += chunk;
    if (this.#wanted < 0) {
      const end = this.#received.indexOf(HEAD_END);
      if (end < 0) return;
      this.#bodyAt = end + HEAD_END.length;
      const length = /\r\ncontent-length: (\d+)/i.exec(this.#received.slice(0, end))?.[1];
      if (length === undefined) return void this.#settle?.reject(new Error('an answer without its length'));
      this.#wanted = this.#bodyAt + Number(length);
    }
    if (this.#received.length < this.#wanted) return;
    const status = Number(this.#received.slice(9, 12));
    const text = this.#received.slice(this.#bodyAt, this.#wanted);
    this.#received = '';
    this.#wanted = -1;
    this.#settle?.resolve({ status, text });
  }
}
