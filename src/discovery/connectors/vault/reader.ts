import { z } from 'zod';
import type { Fault, Opening, RawPage } from '../../contract.ts';
import { createHttp, type Http } from '../../http.ts';
import { fetchOver } from '../../http-tls.ts';
import { SourceError, toFaults } from '../../source-error.ts';
import { OPERATIONS } from './operations.ts';

export const SETTINGS = z.strictObject({
  address: z.url({ protocol: /^https?$/ }).describe('of the server, e.g. https://vault.example:8200'),
  ca: z.string().optional().describe('certificate of its authority, PEM'),
  name: z
    .string()
    .min(1)
    .max(200)
    .optional()
    .describe('of the installation; the host of the address where absent'),
  namespaces: z
    .array(z.string().min(1).max(500))
    .min(1)
    .optional()
    .describe('each is read by itself; the root namespace alone where absent'),
  listTokens: z
    .boolean()
    .default(false)
    .describe('also list tokens by accessor: needs sudo, see the README before'),
  listLeases: z.boolean().default(false).describe('also list leases of database roles: needs sudo'),
});
export type Settings = z.output<typeof SETTINGS>;

const LOOPBACK = ['127.0.0.1', '[::1]', 'localhost'];
const HTTP_NOT_FOUND = 404;
/** Things whose details are read for one page, and reads at once. */
const PAGE_ITEMS = 100;
const AT_ONCE = 8;

/** A token in clear over a network would be anybody's. */
function assertPrivate(address: string): void {
  const { protocol, hostname } = new URL(address);
  if (protocol !== 'https:' && !LOOPBACK.includes(hostname))
    throw new SourceError('failed', 'the server must be asked by https');
}

export async function connect({ address, ca }: Settings, opening: Opening): Promise<Http> {
  assertPrivate(address);
  const token = (await opening.secret('token')).trim();
  const options = {
    base: `${address.replace(/(?<!\/)\/+$/, '')}/`,
    operations: OPERATIONS,
    headers: () => ({ 'x-vault-token': token, 'x-vault-request': 'true' }),
    ...(ca === undefined ? {} : { fetch: fetchOver(() => ({ ca })) }),
  };
  return createHttp(options, opening);
}

/** What was read, and what it took. */
export interface Got<Value> {
  value: Value;
  calls: number;
  providerTime?: Date;
}

type Data = Record<string, unknown>;

/** Reads of one namespace. All throw `SourceError`. */
export interface Reader {
  get(operation: string, path: string): Promise<Got<Data>>;
  /** Look-ups by accessor: they read, and are POSTs so that the accessor is in no log of URLs. */
  post(operation: string, path: string, body: Data): Promise<Got<Data>>;
  list(operation: string, path: string): Promise<Got<string[]>>;
}

/** Names within a path. One that would lead elsewhere is none. */
export function pathOf(...names: string[]): string {
  const steps = names
    .join('/')
    .split('/')
    .filter((step) => step !== '');
  if (steps.some((step) => step === '.' || step === '..'))
    throw new SourceError('failed', 'a name is no name');
  return steps.map(encodeURIComponent).join('/');
}

interface Body {
  data?: Data | null;
  errors?: unknown[];
}

const dataOf = (body: Body | null): Data => {
  if (typeof body?.data !== 'object' || body.data === null)
    throw new SourceError('failed', 'the answer is not what it should be');
  return body.data;
};

function keysOf(data: Data): string[] {
  const { keys } = data;
  if (!Array.isArray(keys) || !keys.every((key) => typeof key === 'string'))
    throw new SourceError('failed', 'the answer is no list');
  if (new Set(keys).size < keys.length) throw new SourceError('failed', 'a name came a second time');
  return keys;
}

export function createReader(http: Http, namespace: string): Reader {
  const headers = namespace === '' ? {} : { 'x-vault-namespace': namespace };
  const got = <Value>(value: Value, { calls, providerTime }: { calls: number; providerTime?: Date }) => ({
    ...{ value, calls },
    ...(providerTime === undefined ? {} : { providerTime }),
  });
  return {
    async get(operation, path) {
      const answer = await http.json<Body>({ operation, headers, url: `./v1/${path}` });
      return got(dataOf(answer.body), answer);
    },
    async post(operation, path, body) {
      const answer = await http.json<Body>({ operation, headers, method: 'POST', url: `./v1/${path}`, body });
      return got(dataOf(answer.body), answer);
    },
    /** An empty list is 404 without an error in it; 404 with one, or with anything else, is no list. */
    async list(operation, path) {
      const url = `./v1/${path}?list=true`;
      const answer = await http.json<Body>({ operation, headers, url, accept: [HTTP_NOT_FOUND] });
      if (answer.status !== HTTP_NOT_FOUND) return got(keysOf(dataOf(answer.body)), answer);
      const { errors } = answer.body ?? {};
      if (!Array.isArray(errors) || errors.length > 0) throw new SourceError('failed', 'not found (404)');
      return got([], answer);
    },
  };
}

/** A page in the making. */
interface Details {
  items: unknown[];
  calls: number;
  denied: Fault[];
  errors: Fault[];
}

/** Reads details of some things, a few at once; what is refused of one leaves the others. */
async function detailsOf<Thing>(
  things: readonly Thing[],
  read: (thing: Thing) => Promise<Got<unknown>>,
  what: (thing: Thing) => string,
): Promise<Details> {
  const details: Details = { items: [], calls: 0, denied: [], errors: [] };
  for (let start = 0; start < things.length; start += AT_ONCE) {
    const some = things.slice(start, start + AT_ONCE);
    const answers = await Promise.allSettled(some.map(read));
    answers.forEach((answer, at) => {
      if (answer.status === 'fulfilled') {
        details.items.push(answer.value.value);
        details.calls += answer.value.calls;
        return;
      }
      const { denied, errors } = toFaults(what(some[at] as Thing), answer.reason);
      details.calls += 1;
      details.denied.push(...denied);
      details.errors.push(...errors);
    });
  }
  return details;
}

export interface Reading<Thing> {
  /** Of the details. */
  operation: string;
  request: RawPage['request'];
  things: Got<readonly Thing[]>;
  read(thing: Thing): Promise<Got<unknown>>;
  /** For people: what could not be read. Names no person. */
  what(thing: Thing): string;
}

/** Pages of one list whose names came in one answer, with the details of each. None is an end: several lists make a listing. */
export async function* pagesOf<Thing>(reading: Reading<Thing>): AsyncIterable<RawPage> {
  const { operation, request, things, read, what } = reading;
  const { value: all, providerTime } = things;
  for (let start = 0; start === 0 || start < all.length; start += PAGE_ITEMS) {
    const details = await detailsOf(all.slice(start, start + PAGE_ITEMS), read, what);
    yield {
      ...details,
      ...{ operation, request: { ...request, from: start }, end: false },
      calls: details.calls + (start === 0 ? things.calls : 0),
      ...(providerTime === undefined ? {} : { providerTime }),
    };
  }
}
