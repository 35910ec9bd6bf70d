import { readFileSync } from 'node:fs';
import { Agent as PlainAgent, request as plainRequest } from 'node:http';
import { Agent as SecureAgent, request as secureRequest } from 'node:https';
import { MunimentError } from '../kernel/index.ts';
import { ANSWER_MAX_BYTES, ANSWER_TIMEOUT_MS, type Witness } from './model.ts';

export interface Answer {
  status: number;
  type: string;
  body: string;
}

const AGENTS = {
  'http:': new PlainAgent({ keepAlive: true }),
  'https:': new SecureAgent({ keepAlive: true }),
};

const unreachable = (url: URL, cause: unknown): MunimentError =>
  // The path may hold a secret prefix: only the host is ever told.
  new MunimentError('server_unreachable', `\`${url.host}\` did not answer`, { cause });

function readCa(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new MunimentError('bad_request', `\`${path}\` cannot be read`, { cause });
  }
}

/** The submission prefix, whether or not it ends in a slash. */
const addressOf = ({ url }: Witness): URL => new URL('add-checkpoint', url.endsWith('/') ? url : `${url}/`);

/**
 * One `add-checkpoint` request (C2SP tlog-witness). No redirect is followed. The whole exchange has one time limit, so that a
 * witness which answers a byte at a time holds nobody up.
 * @throws MunimentError `server_unreachable` where there is no whole answer of at most 16 KiB, `bad_request` for the CA file
 */
export async function addCheckpoint(witness: Witness, body: string, stop?: AbortSignal): Promise<Answer> {
  const url = addressOf(witness);
  const isSecure = url.protocol === 'https:';
  const limit = AbortSignal.timeout(ANSWER_TIMEOUT_MS);
  const options = {
    method: 'POST',
    agent: AGENTS[isSecure ? 'https:' : 'http:'],
    signal: stop === undefined ? limit : AbortSignal.any([limit, stop]),
    headers: { 'content-type': 'text/plain; charset=utf-8', 'content-length': Buffer.byteLength(body) },
    ...(witness.caFile === undefined ? {} : { ca: readCa(witness.caFile) }),
  };
  return new Promise((resolve, reject) => {
    const request = (isSecure ? secureRequest : plainRequest)(url, options, (response) => {
      const chunks: Buffer[] = [];
      let bytes = 0;
      response.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes > ANSWER_MAX_BYTES) request.destroy(new Error('the answer is too long'));
        else chunks.push(chunk);
      });
      response.on('error', (error) => reject(unreachable(url, error)));
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          type: response.headers['content-type'] ?? '',
          body: Buffer.concat(chunks).toString('utf8'),
        }),
      );
    });
    request.on('error', (error) => reject(unreachable(url, error)));
    request.end(body);
  });
}
