import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** A connection that says nothing for this long is asked after: the statement may be long, or the database gone. */
const SILENCE_MILLISECONDS = 3_000;
/** How long the database has to answer the question whether it is there. */
const SIGN_OF_LIFE_MILLISECONDS = 5_000;

/** SSLRequest (PostgreSQL, 54.7): answered by one byte before anybody signs in, whatever slots and roles there are. */
const SSL_REQUEST = Buffer.from([0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f]);

export interface Address {
  /** A name, or the folder of a unix socket. */
  host: string;
  port: number;
}

/**
 * A network that swallows packets never closes a connection: whoever waits on it would wait for good. So one that is silent is
 * cut when the database shows no sign of life elsewhere, or when it was silent for longer than any statement may take.
 */
export function watchSilence(stream: Socket, address: Address, maxMilliseconds: number): void {
  stream.setKeepAlive(true, SILENCE_MILLISECONDS);
  stream.setTimeout(SILENCE_MILLISECONDS);
  let heard = -1;
  let since = 0;
  stream.on('timeout', async () => {
    if (stream.bytesRead !== heard) since = Date.now() - SILENCE_MILLISECONDS;
    heard = stream.bytesRead;
    const alive = Date.now() - since < maxMilliseconds && (await showsLife(address));
    if (!alive && stream.bytesRead === heard)
      stream.destroy(new Error('the connection to the database fell silent'));
    else stream.setTimeout(SILENCE_MILLISECONDS);
  });
}

/** One question at a time for each database, however many connections are silent. */
const asked = new Map<string, Promise<boolean>>();

function showsLife(address: Address): Promise<boolean> {
  const key = `${address.host}:${address.port}`;
  const answer = asked.get(key) ?? ask(address).finally(() => asked.delete(key));
  asked.set(key, answer);
  return answer;
}

async function ask({ host, port }: Address): Promise<boolean> {
  const where = host.startsWith('/') ? { path: `${host}/.s.PGSQL.${port}` } : { host, port };
  const socket = connect(where);
  try {
    socket.write(SSL_REQUEST);
    await once(socket, 'data', { signal: AbortSignal.timeout(SIGN_OF_LIFE_MILLISECONDS) });
    return true;
  } catch {
    return false;
  } finally {
    socket.on('error', () => undefined);
    socket.destroy();
  }
}
