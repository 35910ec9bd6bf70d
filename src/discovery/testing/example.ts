import { z } from 'zod';
import { defineListing, defineSource, type Opening, type RawPage, type SourceType } from '../contract.ts';
import { createHttp, type Http } from '../http.ts';
import { SourceError } from '../source-error.ts';
import type { DoubleRequest, HttpProvider, Plan } from './double.ts';

/** The smallest source that passes the fault table, and the provider that it reads: what a test of the table itself is made with. */

const PAGE_ITEMS = 100;
const USERS = 'GET /teams/{team}/users';
const TEAMS = ['blue', 'green'] as const;

interface Page {
  users: unknown[];
  next: number | null;
  total: number;
}

const users = defineListing({
  listing: 'users',
  about: 'Users of a team',
  operations: [USERS],
  shape: (marks) => marks.object({ id: z.int(), name: marks.text(), owner: marks.personal() }),
  map: ({ id, name, owner }) => [
    {
      class: 'identity',
      naturalId: `user/${name}`,
      label: name,
      attributes: { kind: 'example-user', id, owner, path: name, usedAt: [name] },
      joins: [`example:${name}`],
    },
  ],
});

type Read = (http: Http, team: string) => AsyncIterable<RawPage>;

export async function* readUsers(http: Http, team: string): AsyncIterable<RawPage> {
  for (let page: number | null = 0; page !== null; ) {
    const asked: number = page;
    const url = `/teams/${team}/users?page=${asked}`;
    const { body, calls, providerTime } = await http.json<Page>({ operation: USERS, url });
    page = body.next;
    if (page !== null && body.users.length < PAGE_ITEMS)
      throw new SourceError('failed', 'a page is cut short');
    yield {
      ...{ operation: USERS, request: { team, page: asked }, items: body.users, calls },
      ...{ end: page === null, providerCount: body.total },
      ...(providerTime === undefined ? {} : { providerTime }),
    };
  }
}

/** @param read another way to read it, which a test shows to be wrong; such a source has a `type` of its own */
export const exampleSource = (type = 'example', read: Read = readUsers): SourceType<{ base: string }> =>
  defineSource({
    type,
    version: 1,
    title: 'Example',
    settings: z.strictObject({ base: z.url() }),
    secrets: { token: { about: 'Any' } },
    operations: [{ name: USERS, privilege: 'users:read' }],
    listings: [users],
    async open({ base }, opening: Opening) {
      const token = await opening.secret('token');
      const headers = () => ({ authorization: `Bearer ${token}` });
      const http = createHttp(
        { base, operations: [{ name: USERS, privilege: 'users:read' }], headers },
        opening,
      );
      return {
        partitions: async () =>
          TEAMS.map((team) => ({ partition: team, scope: { users: [`/teams/${team}`] } })),
        read: ({ partition }) => read(http, partition),
        close: async () => undefined,
      };
    },
  });

const USERS_PATH = /^\/teams\/(\w+)\/users$/;
const isOf = ({ url }: DoubleRequest, team: string): boolean => USERS_PATH.exec(url.pathname)?.[1] === team;

function pageOf(plan: Plan, page: number): Page {
  const first = page * PAGE_ITEMS;
  const size = Math.max(0, Math.min(PAGE_ITEMS, plan.items - first));
  const more = first + size < plan.items || (plan.fault === 'empty-last-page' && size > 0);
  const all = Array.from({ length: size }, (_, at) => {
    const name = plan.name(first + at);
    return { id: first + at, name, owner: name };
  });
  return { users: all, next: more ? page + 1 : null, total: plan.items };
}

/** Its second page is the one that is wrong. */
function withFault(plan: Plan, page: number): Page {
  const right = pageOf(plan, page);
  if (plan.fault === 'count-disagrees') return { ...right, total: plan.items + 1 };
  if (page !== 1) return right;
  if (plan.fault === 'repeated-page') return { ...pageOf(plan, 0), next: 1 };
  if (plan.fault === 'cut-page') return { ...right, users: right.users.slice(0, PAGE_ITEMS / 2) };
  if (plan.fault === 'broken-item') return { ...right, users: [{ id: 'none' }, ...right.users.slice(1)] };
  return right;
}

const NOBODY: Page = { users: [], next: null, total: 0 };

export const exampleProvider: HttpProvider = {
  listing: 'users',
  settings: (base) => ({ base }),
  secrets: { token: 'of-this-test' },
  operationOf: ({ method, url }) => (method === 'GET' && USERS_PATH.test(url.pathname) ? USERS : undefined),
  isListing: (request) => isOf(request, 'blue'),
  isPart: (request) => isOf(request, 'green'),
  answer(request, plan) {
    const page = Number(request.url.searchParams.get('page'));
    return { body: JSON.stringify(isOf(request, 'blue') ? withFault(plan, page) : NOBODY) };
  },
  not: {},
};
