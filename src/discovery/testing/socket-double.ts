import { createServer, type Socket } from 'node:net';
import type { TestContext } from 'node:test';
import type { FaultCase, Plan, Running } from './double.ts';

/** Half of an answer, then the connection is gone. */
export const HALF = 0.5;

/** What a made-up server that speaks no HTTP goes by: the plan, whether its fault is there just now, and what it was asked. */
export class SocketState {
  readonly plan: Plan;
  readonly asked: string[] = [];
  readonly #open = new Set<Socket>();
  readonly #timers = new Set<NodeJS.Timeout>();
  #faulty = true;
  #spent = false;

  constructor(plan: Plan) {
    this.plan = plan;
  }

  get fault(): FaultCase {
    return this.#faulty ? this.plan.fault : 'none';
  }

  /** True the first time that it is asked since the fault is there: for what goes wrong once. */
  once(fault: FaultCase): boolean {
    if (this.fault !== fault || this.#spent) return false;
    this.#spent = true;
    return true;
  }

  turn(faulty: boolean): void {
    this.#faulty = faulty;
    this.#spent = false;
  }

  take(socket: Socket): void {
    this.#open.add(socket);
    socket.on('close', () => this.#open.delete(socket));
    // What a client does to its connection is its own affair.
    socket.on('error', () => socket.destroy());
  }

  later(milliseconds: number, then: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      then();
    }, milliseconds);
    this.#timers.add(timer);
  }

  end(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    for (const socket of this.#open) socket.destroy();
  }
}

/** A made-up server on a free port of this host; `serve` answers one connection. */
export async function startSocket(
  t: TestContext,
  plan: Plan,
  serve: (socket: Socket, state: SocketState) => void,
): Promise<
  { port: number; state: SocketState } & Pick<Running, 'asked' | 'heal' | 'stop'> & { fail(): void }
> {
  const state = new SocketState(plan);
  const server = createServer((socket) => {
    state.take(socket);
    serve(socket, state);
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const stop = async () => {
    state.end();
    if (server.listening) await new Promise((closed) => server.close(closed));
  };
  t.after(stop);
  return {
    port: (server.address() as { port: number }).port,
    state,
    asked: () => state.asked,
    heal: () => state.turn(false),
    fail: () => state.turn(true),
    stop,
  };
}
