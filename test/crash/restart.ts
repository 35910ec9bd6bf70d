/** A server that is killed under load and started again on the same place, and how long it took to be ready. */
import {
  type FieldClient,
  type FieldServer,
  freePort,
  joinClient,
  type Place,
  startServer,
} from '../support/field.ts';
import { Account } from './account.ts';
import { startStorm } from './storm.ts';

const CLIENTS = 3;
/** Answers before a kill, at most; and how much later than the last of them it may come. */
const ANSWERS_MAX = 120;
const LATER_MAX_MS = 15;

export interface Restarts {
  account: Account;
  /** From the start of the process to its ready line, in milliseconds. */
  times: number[];
}

/**
 * Kills the server on a settled place at random moments under load, and starts it again on the same port.
 * Leaves the place closed.
 */
export async function killAndRestart(place: Place, kills: number): Promise<Restarts> {
  const apiPort = await freePort();
  const account = new Account();
  const times: number[] = [];
  let server = await startServer(place, { apiPort });
  let clients: FieldClient[] = [];
  try {
    clients = await joinAll(server);
    for (let kill = 0; kill < kills; kill += 1) {
      await killUnderLoad(server, clients, account);
      const began = performance.now();
      server = await startServer(place, { apiPort });
      times.push(performance.now() - began);
    }
    await server.stop();
  } finally {
    await server.kill();
    for (const client of clients) client.close();
  }
  return { account, times };
}

const joinAll = (server: FieldServer): Promise<FieldClient[]> =>
  Promise.all(Array.from({ length: CLIENTS }, (_, at) => joinClient(server, `host-${at}`)));

async function killUnderLoad(server: FieldServer, clients: FieldClient[], account: Account): Promise<void> {
  const storm = startStorm(server, clients, account);
  await storm.answers(1 + Math.floor(Math.random() * ANSWERS_MAX));
  await new Promise((resolve) => setTimeout(resolve, Math.random() * LATER_MAX_MS));
  await server.kill();
  await storm.stop();
}
