import { defineSource, type Opening, type Partition, type RawPage, type Session } from '../../contract.ts';
import type { Http } from '../../http.ts';
import { SourceError, toFaults } from '../../source-error.ts';
import { connect, SETTINGS, type Settings } from './access.ts';
import { type AuditLog, readAuditLog } from './audit-log.ts';
import { withIssued } from './certificates.ts';
import { type ApiObject, listAll, listPages } from './list.ts';
import { LISTINGS } from './mapping.ts';
import {
  GET_ISSUER,
  GET_TRACKING,
  ISSUER_PATH,
  type ListName,
  OPERATIONS,
  operationOf,
  READ_AUDIT_LOG,
  RESOURCES,
  TRACKING_PATH,
} from './operations.ts';
import { createRules } from './rules.ts';
import { itemsOf } from './uses.ts';

const HTTP_NOT_FOUND = 404;
const TOKEN_SECRETS = 'token-secrets';
const AUDIT_LOG = 'audit-log';
const NOT_ASKED = 'not asked for (`listTokenSecrets`): the right to list them would give their bodies';

interface Discovery {
  issuer?: string;
}

/** What was read besides the list that needs it, or why not: the list stands without. */
interface Aside<Value> {
  value: Value | null;
  faults: Pick<RawPage, 'denied' | 'errors'>;
}

async function aside<Value>(what: string, read: () => Promise<Value>): Promise<Aside<Value>> {
  try {
    return { value: await read(), faults: {} };
  } catch (error) {
    return { value: null, faults: toFaults(what, error) };
  }
}

/** Tells on the first page what could not be read besides. */
async function* withFaults(
  pages: AsyncIterable<RawPage>,
  { denied = [], errors = [] }: Aside<unknown>['faults'],
  calls: number,
): AsyncIterable<RawPage> {
  let isFirst = true;
  for await (const page of pages) {
    yield isFirst ? { ...page, denied, errors, calls: (page.calls ?? 1) + calls } : page;
    isFirst = false;
  }
}

/** The last use of an account. Of silence only a log that was read whole can tell. */
function useOf(log: AuditLog | null, { metadata }: ApiObject): unknown {
  if (log?.since == null) return null;
  const use = log.uses.get(`system:serviceaccount:${metadata?.namespace}:${metadata?.name}`);
  if (use !== undefined) return { since: log.since, last: use.last, from: use.from };
  const isWhole = log.denied.length === 0 && log.errors.length === 0;
  return isWhole ? { since: log.since, last: null, from: null } : null;
}

function openCluster(settings: Settings, opening: Opening, http: Http): Session {
  const { pageSize } = settings;
  let issuer: Promise<string> | undefined;
  let log: Promise<AuditLog> | undefined;
  const pagesOf = (listing: ListName, enrich?: (item: ApiObject) => unknown) =>
    listPages(http, RESOURCES[listing], pageSize, enrich);
  const rules = createRules((listing) => listAll(http, RESOURCES[listing], pageSize, opening.limits));

  const issuerOf = (): Promise<string> => {
    issuer ??= readIssuer(http);
    return issuer;
  };
  const logOf = (folder: string): Promise<AuditLog> => {
    log ??= readAuditLog(folder, opening.signal);
    return log;
  };

  async function* accounts(): AsyncIterable<RawPage> {
    const told = await aside('issuer', issuerOf);
    // That the log cannot be read is told by its own listing.
    const { auditLog } = settings;
    const used = auditLog === undefined ? null : (await aside('audit log', () => logOf(auditLog))).value;
    const enrich = (item: ApiObject) => ({ ...item, issuer: told.value, uses: useOf(used, item) });
    yield* withFaults(pagesOf('service-accounts', enrich), told.faults, 1);
  }

  async function* secrets(): AsyncIterable<RawPage> {
    const since = await aside('since when uses are kept', () => readTrackedSince(http));
    const enrich = (item: ApiObject) => ({ ...item, trackedSince: since.value });
    yield* withFaults(pagesOf(TOKEN_SECRETS, enrich), since.faults, 1);
  }

  async function* bindings(listing: 'role-bindings' | 'cluster-role-bindings'): AsyncIterable<RawPage> {
    await rules.complete(listing === 'role-bindings' ? ['roles', 'cluster-roles'] : ['cluster-roles']);
    yield* pagesOf(listing, rules.bound);
  }

  async function* events(folder: string): AsyncIterable<RawPage> {
    yield* auditPages(await logOf(folder));
  }

  function read(listing: string): AsyncIterable<RawPage> {
    if (listing === 'service-accounts') return accounts();
    if (listing === TOKEN_SECRETS) return secrets();
    if (listing === 'roles' || listing === 'cluster-roles') return rules.keep(listing, pagesOf(listing));
    if (listing === 'role-bindings' || listing === 'cluster-role-bindings') return bindings(listing);
    if (listing === 'certificate-signing-requests') return pagesOf(listing, withIssued);
    if (listing === AUDIT_LOG) return events(settings.auditLog ?? '');
    return pagesOf(listing as ListName);
  }

  return {
    partitions: async () => [partitionOf(settings, settings.cluster ?? (await issuerOf()))],
    read: (_, listing) => read(listing),
    close: async () => {},
  };
}

async function readIssuer(http: Http): Promise<string> {
  const { body } = await http.json<Discovery>({ operation: GET_ISSUER, url: `.${ISSUER_PATH}` });
  if (typeof body?.issuer !== 'string') throw new SourceError('failed', 'the cluster names no issuer');
  return body.issuer;
}

/** The day since which the cluster marks the uses of token secrets; null where it does not. */
async function readTrackedSince(http: Http): Promise<string | null> {
  const asked = { operation: GET_TRACKING, url: `.${TRACKING_PATH}`, accept: [HTTP_NOT_FOUND] };
  const { body } = await http.json<{ data?: { since?: string } } | null>(asked);
  return body?.data?.since ?? null;
}

const AUDIT_PAGE_ITEMS = 500;

function* pagesOfItems(items: unknown[]): Iterable<Pick<RawPage, 'items' | 'end'>> {
  for (let start = 0; start === 0 || start < items.length; start += AUDIT_PAGE_ITEMS)
    yield {
      items: items.slice(start, start + AUDIT_PAGE_ITEMS),
      end: start + AUDIT_PAGE_ITEMS >= items.length,
    };
}

async function* auditPages(log: AuditLog): AsyncIterable<RawPage> {
  const { denied, errors } = log;
  let page = 0;
  for (const { items, end } of pagesOfItems(itemsOf(log))) {
    page += 1;
    yield { operation: READ_AUDIT_LOG, request: { page }, items, end, ...(end ? { denied, errors } : {}) };
  }
}

function partitionOf({ auditLog, listTokenSecrets }: Settings, partition: string): Partition {
  const lists = Object.entries(RESOURCES).map(([listing, resource]) => [listing, [operationOf(resource)]]);
  return {
    partition,
    scope: { ...Object.fromEntries(lists), ...(auditLog === undefined ? {} : { [AUDIT_LOG]: [auditLog] }) },
    ...(listTokenSecrets ? {} : { denied: { [TOKEN_SECRETS]: NOT_ASKED } }),
  };
}

export const source = defineSource<Settings>({
  type: 'kubernetes',
  version: 1,
  title: 'Kubernetes',
  settings: SETTINGS,
  hostSettings: ['kubeconfig', 'auditLog'],
  secrets: {
    token: { about: 'of a service account that may list; see the README', optional: true },
    clientKey: { about: 'key of `clientCertificate`, PEM', optional: true },
  },
  operations: OPERATIONS,
  listings: LISTINGS,
  open: async (settings, opening) => openCluster(settings, opening, await connect(settings, opening)),
});
