import type { Client, Control, Entry } from 'ldapts';
import type { Opening } from '../../contract.ts';
import { patiently } from '../../patience.ts';
import { asSourceError, SourceError } from '../../source-error.ts';
import type { Settings } from './settings.ts';

export type Values = Record<string, string[]> & { dn: string[] };

export interface Search {
  base: string;
  scope: 'base' | 'sub';
  filter: string;
  attributes: readonly string[];
}

export interface FoundPage {
  entries: Values[];
  /** URLs of places that the server points to instead of answering for them. */
  referrals: string[];
  /** Given back with the next question; none on the last page. */
  cookie?: Buffer;
}

export interface Directory {
  /** @throws SourceError */
  search(search: Search): Promise<Values[]>;
  /** One page of at most `size` entries, after the page that gave `cookie`. @throws SourceError */
  page(search: Search, cookie: Buffer | undefined, size: number): Promise<FoundPage>;
  close(): Promise<void>;
}

const PAGED = '1.2.840.113556.1.4.319';
/** Bytes that may look like text by chance: always hex. */
const BINARY = ['objectSid'];
/** Results (RFC 4511): limits of time, size and administration, authentication that is wanted or wrong, access. */
const DENIED: Record<number, string> = {
  3: 'the server stopped at its time limit',
  4: 'the server stopped at its size limit',
  8: 'the server wants a stronger authentication',
  10: 'the server points to another',
  11: 'the server stopped at an administrative limit',
  13: 'the server wants TLS',
  48: 'the server refuses this authentication',
  49: 'the credential is not accepted',
  50: 'no access',
};
const BUSY = new Set([51, 52]);
/** From 80 on, and below, results of the protocol; the library's own errors carry none. */
const numberOf = (error: unknown): number | undefined => {
  const { code } = (error ?? {}) as { code?: unknown };
  return typeof code === 'number' ? code : undefined;
};

/** What the server wrote may quote anything: only its result code is passed on. */
export function errorOf(error: unknown): SourceError {
  if (error instanceof SourceError) return error;
  const code = numberOf(error);
  if (code === undefined) return ofConnection(error);
  if (BUSY.has(code)) return new SourceError('limited', `the server is busy (${code})`);
  const denied = DENIED[code];
  if (denied !== undefined) return new SourceError('denied', `${denied} (${code})`);
  return new SourceError('failed', `the server failed (${code})`);
}

function ofConnection(error: unknown): SourceError {
  const { code, message } = (error ?? {}) as { code?: unknown; message?: unknown };
  if (typeof code === 'string') return asSourceError(error);
  if (/timeout|timed out/i.test(String(message))) return new SourceError('failed', 'no answer in time');
  return new SourceError('failed', 'the connection was lost');
}

const isPassing = (error: unknown): boolean => {
  const code = numberOf(error);
  return code === undefined ? !(error instanceof SourceError) : BUSY.has(code);
};

const IN_PARTS = /;range=/i;

/** Each attribute as a list of texts, by its name in lower case; bytes that are no text as hex. */
function valuesOf(entry: Entry): Values {
  const values: Record<string, string[]> = {};
  for (const [name, value] of Object.entries(entry)) {
    // A server may give a long list in parts: a part is not the whole.
    if (IN_PARTS.test(name)) throw new SourceError('failed', 'an attribute came in parts');
    const list = Array.isArray(value) ? value : [value];
    values[name.toLowerCase()] = list.map((each) => (typeof each === 'string' ? each : each.toString('hex')));
  }
  return { ...values, dn: [entry.dn] };
}

/** Given at all, the library would speak TLS to a plain port. */
const tlsOf = ({ url, ca }: Settings) =>
  url.startsWith('ldaps:')
    ? {
        tlsOptions: {
          rejectUnauthorized: true,
          minVersion: 'TLSv1.2' as const,
          ...(ca === undefined ? {} : { ca }),
        },
      }
    : {};

async function bound(settings: Settings, opening: Opening): Promise<Client> {
  const { Client: Ldap } = await import('ldapts');
  const { connect } = await import('node:net');
  const tls = await import('node:tls');
  let connections = 0;
  // The library connects again by itself, and would go on as nobody: who may see less would be told as less.
  const once = <Made>(make: () => Made): Made => {
    connections += 1;
    if (connections > 1) throw new SourceError('failed', 'the connection was lost');
    return make();
  };
  const client = new Ldap({
    url: settings.url,
    timeout: opening.limits.requestMilliseconds,
    connectTimeout: opening.limits.requestMilliseconds,
    strictDN: false,
    ...tlsOf(settings),
    createConnection: ((...given: Parameters<typeof connect>) =>
      once(() => connect(...given))) as typeof connect,
    createSecureConnection: ((...given: Parameters<typeof tls.connect>) =>
      once(() => tls.connect(...given))) as typeof tls.connect,
  });
  try {
    await client.bind(settings.bindDn, await opening.secret('password'));
    return client;
  } catch (error) {
    await client.unbind().catch(() => undefined);
    throw error;
  }
}

/** What came with the last answer. The library reads the answer's controls and keeps them to itself. */
interface Heard {
  controls?: unknown[];
}

async function cookieOf({ controls = [] }: Heard): Promise<Buffer | undefined> {
  const { PagedResultsControl } = await import('ldapts');
  for (const control of controls)
    if (control instanceof PagedResultsControl) {
      const cookie = control.value?.cookie;
      return cookie !== undefined && cookie.length > 0 ? cookie : undefined;
    }
  throw new SourceError('failed', 'the server does not page');
}

/**
 * The paged results control (RFC 2696). The library's own paging takes an empty page for the end, which a server may send at any
 * time (entries that are hidden from us), and would call the list whole.
 */
async function pagingControl(size: number, cookie: Buffer | undefined): Promise<Control> {
  const { Control: Base, PagedResultsControl } = await import('ldapts');
  const paged = new PagedResultsControl({ value: { size, ...(cookie === undefined ? {} : { cookie }) } });
  class Paging extends Base {
    override write(...given: Parameters<Control['write']>): void {
      paged.critical = true;
      paged.write(...given);
    }
  }
  return new Paging(PAGED);
}

/** @throws SourceError */
export async function openDirectory(settings: Settings, opening: Opening): Promise<Directory> {
  const client = await patiently(opening, () => bound(settings, opening), { isPassing, errorOf });
  let heard: Heard = {};
  const { messageParser } = client as unknown as {
    messageParser: { on(event: 'message', take: (message: Heard) => void): void };
  };
  messageParser.on('message', (message) => {
    heard = message;
  });
  const close = async () => {
    opening.signal.removeEventListener('abort', close);
    await client.unbind().catch(() => undefined);
  };
  opening.signal.addEventListener('abort', close, { once: true });
  const ask = async ({ base, scope, filter, attributes }: Search, controls: Control[]) => {
    try {
      opening.signal.throwIfAborted();
      const options = { scope, filter, attributes: [...attributes], explicitBufferAttributes: BINARY };
      return await client.search(base, options, controls);
    } catch (error) {
      if (opening.signal.aborted) throw new SourceError('cancelled', 'cancelled');
      throw errorOf(error);
    }
  };
  return {
    async search(search) {
      const { searchEntries, searchReferences } = await ask(search, []);
      if (searchReferences.length > 0) throw new SourceError('denied', 'the server points to another (10)');
      return searchEntries.map(valuesOf);
    },
    async page(search, cookie, size) {
      const found = await ask(search, [await pagingControl(size, cookie)]);
      const next = await cookieOf(heard);
      return {
        entries: found.searchEntries.map(valuesOf),
        referrals: found.searchReferences,
        ...(next === undefined ? {} : { cookie: next }),
      };
    },
    close,
  };
}
