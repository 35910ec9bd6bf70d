/** Unary gRPC calls at the agent's socket, by Node's own HTTP/2: as little client as there can be. */
import { type ClientHttp2Session, connect } from 'node:http2';
import { connect as connectSocket } from 'node:net';
import { create, toBinary } from '@bufbuild/protobuf';
import { JWTSVIDRequestSchema } from '../gen/workload_pb.js';

const PREFIX_BYTES = 5;

/** gRPC over HTTP/2, "Length-Prefixed-Message". */
export function jwtRequest(audience: string): Buffer {
  const message = toBinary(JWTSVIDRequestSchema, create(JWTSVIDRequestSchema, { audience: [audience] }));
  const prefix = Buffer.alloc(PREFIX_BYTES);
  prefix.writeUInt32BE(message.length, 1);
  return Buffer.concat([prefix, message]);
}

export function openSession(socket: string): Promise<ClientHttp2Session> {
  const session = connect('http://localhost', { createConnection: () => connectSocket(socket) });
  return new Promise((resolve, reject) =>
    session.once('connect', () => resolve(session)).once('error', reject),
  );
}

const HEADERS = {
  ':method': 'POST',
  ':path': '/SpiffeWorkloadAPI/FetchJWTSVID',
  'content-type': 'application/grpc',
  te: 'trailers',
  'workload.spiffe.io': 'true',
};

/** A stream of X509-SVIDs that has given its first; `ended` resolves when it is cut. */
export function watchX509(session: ClientHttp2Session): Promise<{ ended: Promise<void> }> {
  const stream = session.request({ ...HEADERS, ':path': '/SpiffeWorkloadAPI/FetchX509SVID' });
  const ended = new Promise<void>((resolve) => stream.once('close', () => resolve()));
  stream.on('error', () => undefined);
  stream.end(Buffer.alloc(PREFIX_BYTES));
  return new Promise((resolve, reject) => {
    stream.once('data', () => resolve({ ended }));
    stream.once('close', () => reject(new Error('a stream without an SVID')));
    stream.resume();
  });
}

/** Resolves with the bytes of the answer; rejects unless `grpc-status` is 0. */
export function call(session: ClientHttp2Session, request: Buffer): Promise<number> {
  return new Promise((resolve, reject) => {
    const stream = session.request(HEADERS);
    let bytes = 0;
    let status: unknown = 'no trailers';
    stream.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
    });
    stream.on('response', (headers) => {
      status = headers['grpc-status'] ?? status;
    });
    stream.on('trailers', (trailers) => {
      status = trailers['grpc-status'];
    });
    stream.on('error', reject);
    stream.on('close', () => (status === '0' ? resolve(bytes) : reject(new Error(`grpc-status ${status}`))));
    stream.end(request);
  });
}
