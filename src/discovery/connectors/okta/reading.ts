import type { Opening, RawPage } from '../../contract.ts';
import { listOf } from '../../link-paging.ts';
import { forEachParent, remembering } from '../../paging.ts';
import { SourceError } from '../../source-error.ts';
import type { Client } from './client.ts';
import {
  API_TOKENS,
  APPS,
  CLIENT_MADE,
  GRANTS,
  KEYS,
  LOGS,
  SERVICE_ACCOUNTS,
  TOKEN_MADE,
} from './operations.ts';
import type { OktaSettings } from './settings.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
/** The most that Okta gives. */
const APPS_PAGE = '200';
const ACCOUNTS_PAGE = '200';
const LOGS_PAGE = '1000';
const OAUTH_CLIENTS = 'name eq "oidc_client"';

const MADE = `(eventType eq "${TOKEN_MADE}" or eventType eq "${CLIENT_MADE}") and outcome.result eq "SUCCESS"`;

type Raw = Record<string, unknown>;

/** What other listings need of a token or an app. */
interface Known {
  id: string;
  name: string;
  clientId: string;
}

const rawOf = (value: unknown): Raw => (typeof value === 'object' && value !== null ? (value as Raw) : {});
const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

/** Undefined for an item that breaks its shape and is dropped. */
function knownOf(item: unknown): Known | undefined {
  const raw = rawOf(item);
  const id = textOf(raw.id);
  const { client_id: clientId } = rawOf(rawOf(raw.credentials).oauthClient);
  return id === ''
    ? undefined
    : { id, name: textOf(raw.label ?? raw.name) || id, clientId: textOf(clientId) };
}

/** Keys come as a list, or as a key set (RFC 7517), by the version of the API. */
function keysOf(body: unknown): unknown[] {
  if (Array.isArray(body)) return body;
  const set = rawOf(body).jwks ?? body;
  return listOf(set, 'keys');
}

/** The thing that a record tells the making of, where it is still there: `about`. Others of its targets are people. */
function recordOf(event: unknown, tokens: Map<string, Known>, apps: Map<string, Known>): unknown {
  if (typeof event !== 'object' || event === null) return event;
  const { eventType, target } = event as Raw;
  const things = eventType === TOKEN_MADE ? tokens : apps;
  const targets: unknown[] = Array.isArray(target) ? target : [];
  const about = targets.map((one) => things.get(textOf(rawOf(one).id))).find((found) => found !== undefined);
  return about && { ...event, about: { id: about.id, name: about.name } };
}

/** All listings of the org, each by its name. Tokens and apps are read once for all that hangs on them. */
export function createReading(client: Client, chosen: OktaSettings, { now }: Pick<Opening, 'now'>) {
  const tokens = remembering(() => client.pages({ operation: API_TOKENS }), knownOf);
  const apps = remembering(
    () => client.pages({ operation: APPS, query: { filter: OAUTH_CLIENTS, limit: APPS_PAGE } }),
    knownOf,
  );

  async function* ofApps(
    operation: string,
    itemsOf: (app: Raw, raw: unknown[]) => unknown[],
    listed?: (body: unknown) => unknown[],
  ): AsyncGenerator<RawPage> {
    yield* forEachParent({
      operation,
      parents: await apps.all(),
      nameOf: ({ id }) => `app ${id}`,
      read: ({ id }) =>
        client.pages({ operation, appId: id, ...(listed === undefined ? {} : { itemsOf: listed }) }),
      itemsOf: ({ id, name }, raw) => itemsOf({ id, name }, raw),
    });
  }

  async function* log(): AsyncGenerator<RawPage> {
    const byToken = new Map((await tokens.all()).map((token) => [token.id, token]));
    const byApp = new Map((await apps.all()).flatMap((app) => [app.id, app.clientId].map((id) => [id, app])));
    byApp.delete('');
    // Without an end a query of the log is a watch, and its next link never stops.
    const until = now();
    const since = new Date(until.getTime() - chosen.logDays * DAY_MS);
    const period = { since: since.toISOString(), until: until.toISOString() };
    const query = { ...period, filter: MADE, limit: LOGS_PAGE };
    for await (const page of client.pages({ operation: LOGS, query }))
      yield {
        ...page,
        items: page.items
          .map((event) => recordOf(event, byToken, byApp))
          .filter((event) => event !== undefined),
      };
  }

  const readers: Record<string, () => AsyncIterable<RawPage>> = {
    'api-tokens': tokens.pages,
    apps: apps.pages,
    'app-keys': () => ofApps(KEYS, (app, raw) => raw.map((key) => ({ app, key })), keysOf),
    'app-grants': () => ofApps(GRANTS, (app, grants) => (grants.length === 0 ? [] : [{ app, grants }])),
    'service-accounts': () => client.pages({ operation: SERVICE_ACCOUNTS, query: { limit: ACCOUNTS_PAGE } }),
    'creation-log': log,
  };
  return (listing: string): AsyncIterable<RawPage> => {
    const read = readers[listing];
    if (read === undefined) throw new SourceError('failed', `no listing \`${listing}\``);
    return read();
  };
}
