import { join } from 'node:path';
import * as grpc from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';

// biome-ignore lint/suspicious/noExplicitAny: a client without our types sees whatever came over the wire
export type Wire = Record<string, any>;

type Unary = (
  request: object,
  metadata: grpc.Metadata,
  done: (error: grpc.ServiceError | null, response: Wire) => void,
) => void;

/** A client that we did not write, from the published message shapes: `@grpc/grpc-js` over the unix socket. */
export class ForeignClient {
  readonly #client: grpc.Client & Record<string, unknown>;
  readonly metadata = new grpc.Metadata();

  constructor(socketPath: string) {
    const file = join(import.meta.dirname, '..', '..', '..', 'proto', 'workload.proto');
    const loaded = grpc.loadPackageDefinition(
      loadSync(file, { keepCase: true, defaults: true, arrays: true }),
    );
    const Service = loaded.SpiffeWorkloadAPI as grpc.ServiceClientConstructor;
    this.#client = new Service(`unix:${socketPath}`, grpc.credentials.createInsecure()) as never;
    this.metadata.set('workload.spiffe.io', 'true');
  }

  /** One answer, or a rejection with the gRPC `code`. */
  call(method: string, request: object = {}, metadata = this.metadata): Promise<Wire> {
    return new Promise((resolve, reject) => {
      (this.#client[method] as Unary).call(this.#client, request, metadata, (error, response) =>
        error ? reject(error) : resolve(response),
      );
    });
  }

  /** A stream whose messages are taken one by one. */
  watch(method: string, request: object = {}, metadata = this.metadata): ForeignStream {
    const open = this.#client[method] as (
      request: object,
      metadata: grpc.Metadata,
    ) => grpc.ClientReadableStream<Wire>;
    return new ForeignStream(open.call(this.#client, request, metadata));
  }

  /** A method that the service does not have. */
  callRaw(path: string): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const raw = (bytes: Buffer) => bytes;
      this.#client.makeUnaryRequest(path, raw, raw, Buffer.alloc(0), this.metadata, (error, response) =>
        error ? reject(error) : resolve(response),
      );
    });
  }

  close(): void {
    this.#client.close();
  }
}

export class ForeignStream {
  readonly #stream: grpc.ClientReadableStream<Wire>;
  readonly #messages: AsyncIterator<Wire>;

  constructor(stream: grpc.ClientReadableStream<Wire>) {
    this.#stream = stream;
    this.#messages = stream[Symbol.asyncIterator]();
  }

  /** The next message; rejects with the gRPC `code` once the stream has ended. */
  async next(): Promise<Wire> {
    const { value, done } = await this.#messages.next();
    if (done) throw new Error('stream ended without an error');
    return value;
  }

  cancel(): void {
    this.#stream.on('error', () => {});
    this.#stream.cancel();
  }
}
