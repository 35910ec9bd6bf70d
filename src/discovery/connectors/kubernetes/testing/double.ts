import type { Double, DoubleRequest, Plan } from '../../../testing/double.ts';
import { httpDouble } from '../../../testing/http-double.ts';
import { ISSUER_PATH, RESOURCES, TRACKING_PATH } from '../operations.ts';

const PAGE = 100;
const COUNT_OFF = 5;
const LISTED = RESOURCES['service-accounts'].path;
/** A list of its own rights: whoever may not read it still reads the others. */
const PART = RESOURCES['certificate-signing-requests'].path;
const ISSUER = 'https://cluster.example';

const account = (name: string, index: number, isBroken: boolean) => ({
  metadata: {
    ...(isBroken ? {} : { name }),
    namespace: 'app',
    uid: `uid-${index}`,
    creationTimestamp: '2026-01-01T00:00:00Z',
  },
});

interface Page {
  start: number;
  end: number;
  isLast: boolean;
}

/** From where to where a page goes, and whether it ends the list. */
function pageOf({ items, fault }: Plan, continued: string | null): Page {
  const start = fault === 'repeated-page' ? 0 : Number(continued ?? 0);
  const end = Math.min(start + PAGE, items);
  const isCut = fault === 'cut-page' && start === 0;
  const isLast = fault === 'empty-last-page' ? start >= items : end === items;
  return { start, end: isCut ? end - 1 : end, isLast: isLast && fault !== 'repeated-page' };
}

function accountList(plan: Plan, url: URL) {
  const { items, name, fault } = plan;
  const { start, end, isLast } = pageOf(plan, url.searchParams.get('continue'));
  const listed = Array.from({ length: end - start }, (_, offset) =>
    account(name(start + offset), start + offset, fault === 'broken-item' && start + offset === 1),
  );
  const off = fault === 'count-disagrees' ? COUNT_OFF : 0;
  const remainingItemCount = items - end + off;
  return {
    kind: 'ServiceAccountList',
    // Left out on the last page, as the API server does.
    metadata: isLast ? {} : { continue: String(start + PAGE), remainingItemCount },
    items: listed,
  };
}

const PATHS = [...Object.values(RESOURCES).map(({ path }) => path), ISSUER_PATH, TRACKING_PATH];

function bodyOf({ url }: DoubleRequest, plan: Plan): unknown {
  if (url.pathname === LISTED) return accountList(plan, url);
  if (url.pathname === ISSUER_PATH) return { issuer: ISSUER };
  if (url.pathname === TRACKING_PATH) return { kind: 'ConfigMap', data: { since: '2026-01-01' } };
  return { kind: 'List', metadata: {}, items: [] };
}

export const double: Double = httpDouble({
  listing: 'service-accounts',
  // With token secrets, for without them no sweep of a cluster is COMPLETE.
  settings: (base) => ({ server: base, cluster: 'doubled', listTokenSecrets: true, pageSize: PAGE }),
  secrets: { token: 'not-a-real-token' },
  operationOf: ({ method, url }) =>
    method === 'GET' && PATHS.includes(url.pathname) ? `GET ${url.pathname}` : undefined,
  isListing: ({ url }) => url.pathname === LISTED,
  isPart: ({ url }) => url.pathname === PART,
  answer: (request, plan) => ({ body: JSON.stringify(bodyOf(request, plan)) }),
  not: {},
});
