/** A TCP proxy that ails on demand: what stands between a server and its database goes wrong in ways that a test picks. */
import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';

/** How the network behaves from now on; what is left out is well. */
export interface Ailment {
  /** Each chunk is this late, either way. */
  delayMs?: number;
  /** Either way, per connection. */
  bytesPerSecond?: number;
  /** New connections are reset at once. */
  refuse?: boolean;
  /** Connections are taken and stay open, and nothing passes any more. */
  blackHole?: boolean;
  /** Once: the next chunk that holds these bytes, on a connection that carried `behind` before, and what it comes to. */
  cutAt?: { behind: string; bytes: string; cut: Cut };
}

/** The request is lost; it is passed on but its answer is lost; or half of the answer arrives. */
export type Cut = 'before' | 'after' | 'within-answer';

export interface FaultProxy {
  /** The database's address with the proxy's port in it. */
  url: string;
  ail(ailment: Ailment): void;
  heal(): void;
  /** Resets every connection that there is. */
  cutAll(): void;
  /** Connections that were cut at a `cutAt`. */
  cuts(): number;
  close(): Promise<void>;
}

/** @param url a PostgreSQL address with host and port */
export async function startProxy(url: string): Promise<FaultProxy> {
  const { port } = new URL(url);
  const proxy = new AilingProxy(Number(port));
  const own = await proxy.listen();
  return {
    url: url.replace(`:${port}/`, `:${own}/`),
    ail: (ailment) => proxy.ail(ailment),
    heal: () => proxy.ail({}),
    cutAll: () => proxy.cutAll(),
    cuts: () => proxy.cuts,
    close: () => proxy.close(),
  };
}

interface Line {
  armed: boolean;
  lost: Cut | undefined;
}

class AilingProxy {
  readonly #target: number;
  readonly #server: Server;
  readonly #pairs = new Set<[Socket, Socket]>();
  #ailment: Ailment = {};
  cuts = 0;

  constructor(target: number) {
    this.#target = target;
    this.#server = createServer((near) => this.#join(near));
  }

  async listen(): Promise<number> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return (this.#server.address() as { port: number }).port;
  }

  ail(ailment: Ailment): void {
    this.#ailment = ailment;
  }

  cutAll(): void {
    for (const pair of this.#pairs) reset(pair);
  }

  async close(): Promise<void> {
    this.cutAll();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #join(near: Socket): void {
    if (this.#ailment.refuse) return void near.resetAndDestroy();
    const pair: [Socket, Socket] = [near, connect(this.#target, '127.0.0.1')];
    this.#pairs.add(pair);
    const line: Line = { armed: false, lost: undefined };
    this.#pass(pair, 0, line);
    this.#pass(pair, 1, line);
    for (const socket of pair) {
      socket.setNoDelay(true);
      socket.on('error', () => reset(pair));
      socket.on('close', () => {
        this.#pairs.delete(pair);
        // A black hole does not tell that the other end is gone either.
        if (!this.#ailment.blackHole) reset(pair);
      });
    }
  }

  /** What end `from` says reaches the other end, as late and as slowly as the network is just then. */
  #pass(pair: [Socket, Socket], from: 0 | 1, line: Line): void {
    const to = pair[1 - from] as Socket;
    let free = 0;
    pair[from].on('data', (chunk) => {
      const { delayMs = 0, bytesPerSecond = Infinity, blackHole } = this.#ailment;
      if (blackHole) return;
      const toCut = from === 0 ? this.#cutBefore(chunk, line) : line.lost;
      if (toCut === 'before' || (toCut === 'after' && from === 1)) return this.#cut(pair);
      free = Math.max(free, Date.now()) + (chunk.length / bytesPerSecond) * 1000;
      const pass = () => {
        if (toCut !== 'within-answer' || from === 0) return void to.write(chunk);
        to.write(chunk.subarray(0, chunk.length / 2), () => this.#cut(pair));
      };
      const late = free - Date.now() + delayMs;
      if (late < 1) pass();
      else setTimeout(pass, late);
    });
  }

  #cutBefore(chunk: Buffer, line: Line): Cut | undefined {
    const { cutAt } = this.#ailment;
    if (cutAt === undefined) return undefined;
    line.armed ||= chunk.includes(cutAt.behind);
    if (!line.armed || !chunk.includes(cutAt.bytes)) return undefined;
    const { cutAt: _done, ...rest } = this.#ailment;
    this.#ailment = rest;
    line.lost = cutAt.cut;
    return cutAt.cut;
  }

  #cut(pair: [Socket, Socket]): void {
    this.cuts += 1;
    reset(pair);
  }
}

function reset(pair: [Socket, Socket]): void {
  for (const socket of pair) if (!socket.destroyed) socket.resetAndDestroy();
}
