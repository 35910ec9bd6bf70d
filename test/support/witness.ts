/** A witness of the tests' own, written from the texts of C2SP tlog-witness and tlog-cosignature and not from our client. */
import { createPrivateKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import {
  type Checkpoint,
  cosignedMessage,
  encodeCosignature,
  equalBytes,
  formatNote,
  formatWitnessKey,
  fromUtf8,
  parseCheckpoint,
  parseNote,
  parseVerifierKey,
  utf8,
  verifyConsistency,
  verifyNote,
  witnessKey,
} from '#verifier';

interface State {
  size: number;
  root: string;
}

interface Refusal {
  status: number;
  type?: string;
  body?: string;
}

class Refused extends Error {
  readonly answer: Refusal;
  constructor(answer: Refusal) {
    super(String(answer.status));
    this.answer = answer;
  }
}

/** Answers in the place of an honest witness; true where it has answered. */
export type Mischief = (body: string, response: ServerResponse) => boolean | Promise<boolean>;

/**
 * Keeps its key and the newest checkpoint of each log in a folder, so that one that is started again knows what it saw.
 * `logs`: verifier keys of the logs that it knows, by origin.
 */
export class TestWitness {
  readonly name: string;
  readonly logs = new Map<string, string>();
  readonly #folder: string;
  readonly #key: KeyObject;
  readonly #server: Server;
  /** How often it was asked. */
  requests = 0;
  /** Requests that are under way now, and the most that ever were. */
  atOnce = 0;
  atOnceMost = 0;
  mischief: Mischief | undefined;
  /** What its clock is ahead of ours by. */
  aheadSeconds = 0;

  private constructor(folder: string, name: string) {
    this.#folder = folder;
    this.name = name;
    this.#key = this.#openKey();
    this.#server = createServer((request, response) => void this.#serve(request, response));
  }

  static async start(folder: string, name = 'witness.example/test', port = 0): Promise<TestWitness> {
    const witness = new TestWitness(folder, name);
    witness.#server.listen(port, '127.0.0.1');
    await once(witness.#server, 'listening');
    return witness;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  get verifierKey(): string {
    return formatWitnessKey(this.#witnessKey());
  }

  #witnessKey() {
    const spki = this.#publicKey();
    return witnessKey(this.name, new Uint8Array(spki.subarray(-32)));
  }

  #publicKey(): Buffer {
    const { x } = this.#key.export({ format: 'jwk' });
    return Buffer.from(String(x), 'base64url');
  }

  #openKey(): KeyObject {
    const path = join(this.#folder, 'witness.pem');
    if (!existsSync(path)) {
      const { privateKey } = generateKeyPairSync('ed25519');
      writeFileSync(path, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
    }
    return createPrivateKey(readFileSync(path));
  }

  #states(): Record<string, State> {
    const path = join(this.#folder, 'states.json');
    return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : {};
  }

  stateOf(origin: string): State | undefined {
    return this.#states()[origin];
  }

  #persist(origin: string, state: State): void {
    const path = join(this.#folder, 'states.json');
    writeFileSync(`${path}.new`, JSON.stringify({ ...this.#states(), [origin]: state }));
    renameSync(`${path}.new`, path);
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.requests += 1;
    this.atOnce += 1;
    this.atOnceMost = Math.max(this.atOnceMost, this.atOnce);
    response.once('close', () => {
      this.atOnce -= 1;
    });
    try {
      const body = Buffer.concat(await request.toArray()).toString('utf8');
      if (await this.mischief?.(body, response)) return;
      if (request.method !== 'POST' || request.url !== '/add-checkpoint') throw new Refused({ status: 405 });
      response.end(await this.#add(body));
    } catch (error) {
      const {
        status,
        type = 'text/plain',
        body = '',
      } = error instanceof Refused ? error.answer : { status: 400, body: (error as Error).message };
      response.writeHead(status, { 'content-type': type }).end(body);
    }
  }

  async #add(body: string): Promise<string> {
    const split = body.indexOf('\n\n');
    const [first = '', ...proof] = body.slice(0, split).split('\n');
    const old = /^old (0|[1-9][0-9]*)$/.exec(first)?.[1];
    if (split < 0 || old === undefined || proof.length > 63) throw new Refused({ status: 400 });
    const note = parseNote(utf8(body.slice(split + 2)));
    const checkpoint = parseCheckpoint(note.text);
    const key = this.logs.get(checkpoint.origin);
    if (key === undefined) throw new Refused({ status: 404 });
    if ((await verifyNote(note, [parseVerifierKey(key)])).length === 0) throw new Refused({ status: 403 });
    if (Number(old) > checkpoint.size) throw new Refused({ status: 400 });
    this.#checkGrowth(checkpoint, Number(old), proof);
    this.#persist(checkpoint.origin, { size: checkpoint.size, root: encode(checkpoint.root) });
    return this.cosign(note.text);
  }

  /** No `await` between reading the state and writing it: two requests cannot both start from one size. */
  #checkGrowth({ origin, size, root }: Checkpoint, old: number, proof: string[]): void {
    const known = this.stateOf(origin) ?? { size: 0, root: '' };
    const conflict = { status: 409, type: 'text/x.tlog.size', body: `${known.size}\n` };
    if (old !== known.size) throw new Refused(conflict);
    if (known.size === 0) {
      if (proof.length > 0) throw new Refused({ status: 422 });
      return;
    }
    if (known.size === size) {
      if (!equalBytes(decode(known.root), root)) throw new Refused(conflict);
      return;
    }
    if (!verifyConsistency(old, size, proof.map(decode), decode(known.root), root))
      throw new Refused({ status: 422 });
  }

  /** The signature line over a checkpoint's text, whatever it says. */
  cosign(text: string): string {
    const seconds = Math.floor(Date.now() / 1000) + this.aheadSeconds;
    const signature = new Uint8Array(sign(null, cosignedMessage(text, seconds), this.#key));
    const signatures = [encodeCosignature(this.#witnessKey(), seconds, signature)];
    return fromUtf8(formatNote({ text, signatures })).slice(text.length + 1);
  }
}

const encode = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');
const decode = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'base64'));
