import { readFileSync } from 'node:fs';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { join } from 'node:path';
import { ERRORS, type ErrorCode, MunimentError } from '../kernel/index.ts';
import { type KeyFile, readKeyFile, signChallenge } from './key-file.ts';

/** How a command reaches the server: the admin socket by default, or as a person with a key file over HTTP. */
export interface ClientOptions {
  data: string;
  server?: string | undefined;
  ca?: string | undefined;
  keyFile?: string | undefined;
}

const REQUEST_TIMEOUT_MS = 300_000;

interface Answer {
  status: number;
  type: string;
  body: Buffer;
}

interface Target {
  /** Ready for `http.request`. */
  options: { socketPath?: string; host?: string; port?: string; ca?: Buffer };
  secure: boolean;
  authorization?: string;
}

type Query = Record<string, string | number | boolean | undefined>;

export interface Client {
  get<T>(path: string, query?: Query): Promise<T>;
  post<T>(path: string, body: unknown): Promise<T>;
  put<T>(path: string, body: unknown): Promise<T>;
  remove<T>(path: string, body?: unknown): Promise<T>;
  /** A file, in pieces; ends with an error where the connection did. */
  download(path: string, query?: Query): Promise<AsyncIterable<Uint8Array>>;
  bytes(path: string, body: unknown): Promise<Buffer>;
  /** What is too long for memory, in pieces; ends with an error where the connection did. */
  stream(path: string, body: unknown): Promise<AsyncIterable<Uint8Array>>;
  /** A form, as OAuth has it, to a path of its own. */
  form<T>(path: string, fields: Record<string, string>): Promise<T>;
  /** A public file, at a path of its own. */
  file(path: string): Promise<Buffer>;
  key: KeyFile | undefined;
  /** The bearer token of the session that a key file opened. */
  token: string | undefined;
  /** When that session ends: RFC 3339. */
  ends: string | undefined;
}

/** A form travels as one, anything else as JSON. */
function encoded(body: unknown): { type: string; text: string } | undefined {
  if (body === undefined) return undefined;
  if (body instanceof URLSearchParams)
    return { type: 'application/x-www-form-urlencoded', text: String(body) };
  return { type: 'application/json', text: JSON.stringify(body) };
}

async function send(target: Target, method: string, path: string, body?: unknown): Promise<Answer> {
  return collect(await open(target, method, path, body));
}

function open(target: Target, method: string, path: string, body?: unknown): Promise<IncomingMessage> {
  const sent = encoded(body);
  const headers: Record<string, string | number> = { accept: '*/*' };
  if (sent !== undefined) {
    headers['content-type'] = sent.type;
    headers['content-length'] = Buffer.byteLength(sent.text);
  }
  if (target.authorization !== undefined) headers.authorization = target.authorization;
  const start = target.secure ? httpsRequest : httpRequest;
  return new Promise((resolve, reject) => {
    const request = start({ ...target.options, method, path, headers, timeout: REQUEST_TIMEOUT_MS }, resolve);
    request.on('timeout', () => request.destroy(new Error('timed out')));
    request.on('error', (error) => reject(unreachable(target, error)));
    request.end(sent?.text);
  });
}

async function collect(response: IncomingMessage): Promise<Answer> {
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  return {
    status: response.statusCode ?? 0,
    type: response.headers['content-type'] ?? '',
    body: Buffer.concat(chunks),
  };
}

function unreachable({ options }: Target, cause: Error): MunimentError {
  const where = options.socketPath ?? `${options.host}:${options.port}`;
  const hint =
    (cause as NodeJS.ErrnoException).code === 'EACCES'
      ? 'this user may not use it'
      : 'is the server running?';
  return new MunimentError('server_unreachable', `no answer at \`${where}\`: ${hint}`, { cause });
}

/** A problem of the server is thrown as it came: its code, its words, its place. */
function thrown(answer: Answer): MunimentError {
  try {
    const problem = JSON.parse(answer.body.toString()) as {
      code?: string;
      detail?: string;
      title?: string;
      path?: string;
    };
    const code =
      problem.code !== undefined && problem.code in ERRORS ? (problem.code as ErrorCode) : 'internal';
    const message = problem.detail ?? problem.title ?? `the server answered ${answer.status}`;
    return new MunimentError(code, message, problem.path === undefined ? {} : { path: problem.path });
  } catch {
    return new MunimentError('internal', `the server answered ${answer.status} and no problem document`);
  }
}

async function call(target: Target, method: string, path: string, body?: unknown): Promise<Answer> {
  const answer = await send(target, method, path, body);
  if (answer.status < 200 || answer.status > 299) throw thrown(answer);
  return answer;
}

async function pieces(
  target: Target,
  method: string,
  path: string,
  body?: unknown,
): Promise<IncomingMessage> {
  const response = await open(target, method, path, body);
  const status = response.statusCode ?? 0;
  if (status < 200 || status > 299) throw thrown(await collect(response));
  return response;
}

function searchOf(query: Query): string {
  const pairs = Object.entries(query).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, String(value)]],
  );
  return pairs.length === 0 ? '' : `?${new URLSearchParams(pairs)}`;
}

const parsed = <T>(answer: Answer): T => JSON.parse(answer.body.toString() || 'null') as T;

interface OpenSession {
  token: string;
  ends: string;
}

async function openSession(target: Target, key: KeyFile): Promise<OpenSession> {
  const asked = await call(target, 'POST', '/api/v1/sessions/key/challenge', { keyId: key.id });
  const { challenge } = parsed<{ challenge: string }>(asked);
  const offer = { keyId: key.id, challenge, signature: signChallenge(key, challenge) };
  return parsed<OpenSession>(await call(target, 'POST', '/api/v1/sessions/key', offer));
}

function targetOf(options: ClientOptions): Target {
  if (options.server === undefined)
    return { options: { socketPath: join(options.data, 'admin.sock') }, secure: false };
  const url = new URL(options.server);
  const port = url.port || (url.protocol === 'https:' ? '443' : '80');
  const ca = options.ca === undefined ? {} : { ca: readFileSync(options.ca) };
  return { options: { host: url.hostname, port, ...ca }, secure: url.protocol === 'https:' };
}

/** Opens a session as a person where a key file is given; otherwise the admin socket speaks as the local operator. */
export async function connect(options: ClientOptions): Promise<Client> {
  const target = targetOf(options);
  const key = options.keyFile === undefined ? undefined : readKeyFile(options.keyFile);
  const { token, ends }: Partial<OpenSession> = key === undefined ? {} : await openSession(target, key);
  if (token !== undefined) target.authorization = `Bearer ${token}`;
  return {
    key,
    token,
    ends,
    get: async (path, query = {}) => parsed(await call(target, 'GET', `/api/v1${path}${searchOf(query)}`)),
    post: async (path, body) => parsed(await call(target, 'POST', `/api/v1${path}`, body)),
    put: async (path, body) => parsed(await call(target, 'PUT', `/api/v1${path}`, body)),
    remove: async (path, body) => parsed(await call(target, 'DELETE', `/api/v1${path}`, body)),
    download: (path, query = {}) => pieces(target, 'GET', `/api/v1${path}${searchOf(query)}`),
    form: async (path, fields) => parsed(await call(target, 'POST', path, new URLSearchParams(fields))),
    file: async (path) => (await call(target, 'GET', path)).body,
    stream: (path, body) => pieces(target, 'POST', `/api/v1${path}`, body),
    bytes: async (path, body) => (await call(target, 'POST', `/api/v1${path}`, body)).body,
  };
}
