import type { DoubleAnswer, DoubleRequest, HttpProvider, Plan } from '../../../testing/double.ts';
import { httpDouble } from '../../../testing/http-double.ts';

export const WORKSPACE = 'T0ALPHA';
/** Has nothing in it, and is the part that is forbidden. */
export const OTHER = 'T0BETA';

const METHODS = new Set([
  'admin.apps.approved.list',
  'admin.apps.restricted.list',
  'users.list',
  'team.integrationLogs',
]);

const methodOf = ({ url }: DoubleRequest): string => url.pathname.replace(/^\/api\//, '');
const operationOf = (request: DoubleRequest): string | undefined =>
  request.method === 'GET' && METHODS.has(methodOf(request)) ? methodOf(request) : undefined;
const teamOf = ({ url }: DoubleRequest): string | null => url.searchParams.get('team_id');

const memberOf = (index: number, { name, fault, items }: Plan): Record<string, unknown> => ({
  id: fault === 'broken-item' && index === items - 1 ? 17 : `U${String(index).padStart(8, '0')}`,
  name: name(index),
  is_bot: true,
  deleted: false,
  updated: 1_700_000_000,
  profile: { bot_id: `B${index}`, api_app_id: `A${index}` },
});

const PERSON = { id: 'W1', name: 'ada', real_name: 'Ada Example', is_bot: false };

/** One page of members: a person beside the bots on each. */
function membersPage(url: URL, plan: Plan): unknown {
  const size = 100;
  const from = Number(url.searchParams.get('cursor') ?? 0);
  const start = plan.fault === 'repeated-page' ? 0 : from;
  const until = Math.min(start + size, plan.items);
  const members = Array.from({ length: until - start }, (_, at) => memberOf(start + at, plan));
  const isFull = until - start > 0 && until === plan.items;
  const more = until < plan.items || (plan.fault === 'empty-last-page' && isFull);
  const person = { ...PERSON, id: `W${start}` };
  const cursor = more ? String(from + size) : '';
  return { ok: true, members: [person, ...members], response_metadata: { next_cursor: cursor } };
}

const APP = {
  app: { id: 'A0', name: 'deployer', is_internal: true },
  scopes: [
    { name: 'chat:write', token_type: 'bot', is_sensitive: false },
    { name: 'admin.users:write', token_type: 'user', is_sensitive: true },
  ],
  date_updated: 1_700_000_000,
  last_resolved_by: { actor_id: 'W1', actor_type: 'user' },
};

const end = { response_metadata: { next_cursor: '' } };

function contentsOf(request: DoubleRequest, plan: Plan): unknown {
  const method = methodOf(request);
  const isEmpty = teamOf(request) === OTHER;
  if (method === 'admin.apps.approved.list') return { ok: true, approved_apps: isEmpty ? [] : [APP], ...end };
  if (method === 'admin.apps.restricted.list') return { ok: true, restricted_apps: [], ...end };
  if (method === 'team.integrationLogs')
    return { ok: true, logs: [], paging: { count: 1000, total: 0, page: 1, pages: 1 } };
  return isEmpty ? { ok: true, members: [], ...end } : membersPage(request.url, plan);
}

const answer = (request: DoubleRequest, plan: Plan): DoubleAnswer => ({
  body: JSON.stringify(contentsOf(request, plan)),
});

export const provider: HttpProvider = {
  listing: 'bots',
  settings: (base) => ({ workspaces: [WORKSPACE, OTHER], baseUrl: `${base}/api/` }),
  secrets: { token: 'a token of the double', 'admin-token': 'another token of the double' },
  operationOf,
  isListing: (request) => methodOf(request) === 'users.list' && teamOf(request) === WORKSPACE,
  isPart: (request) => teamOf(request) === OTHER,
  answer,
  not: {
    'cut-page': 'Slack may give fewer than were asked for at any time, by its own word, and no count',
    'count-disagrees': 'Slack gives no count of its members',
  },
};

export const double = httpDouble(provider);
