/** The source that reads the bench's provider, as any connector would: paged JSON over HTTP. */
import { z } from 'zod';
import { defineListing, defineSource, type RawPage } from '../../src/discovery/contract.ts';
import { createHttp } from '../../src/discovery/http.ts';

const LISTINGS = ['identities', 'permissions'];
const OPERATIONS = LISTINGS.map((name) => ({ name: `GET /${name}`, privilege: 'none' }));

interface Page {
  items: unknown[];
  next: number | null;
  total: number;
}

const identities = defineListing({
  listing: 'identities',
  about: 'Service identities',
  operations: ['GET /identities'],
  shape: (marks) =>
    marks.object({
      id: marks.text(),
      name: marks.text(),
      team: marks.text(),
      enabled: z.boolean(),
      created: marks.text(),
      lastUsed: marks.text().nullable(),
    }),
  map: ({ id, name, team, enabled, created, lastUsed }) => [
    {
      class: 'identity',
      naturalId: id,
      label: name,
      attributes: { kind: 'bench-service', enabled, created, lastUsed, owner: team, ownerFrom: 'tag' },
    },
  ],
});

const permissions = defineListing({
  listing: 'permissions',
  about: 'What each may do',
  operations: ['GET /permissions'],
  restsOn: ['identities'],
  shape: (marks) =>
    marks.object({ identity: marks.text(), policy: marks.text(), grants: z.array(marks.text()) }),
  map: ({ identity, policy, grants }, mapping) => [
    {
      class: 'permission',
      naturalId: `${identity}/${policy}`,
      label: policy,
      attributes: { kind: 'bench-policy', holder: mapping.key('identity', identity), path: policy, grants },
    },
  ],
});

export const source = defineSource({
  type: 'bench',
  version: 1,
  title: 'Made-up estate',
  settings: z.strictObject({ base: z.url() }),
  secrets: {},
  operations: OPERATIONS,
  listings: [identities, permissions],
  async open({ base }, opening) {
    const http = createHttp({ base, operations: OPERATIONS, headers: () => ({}) }, opening);
    return {
      partitions: async () => [
        { partition: 'estate', scope: Object.fromEntries(LISTINGS.map((name) => [name, [`/${name}`]])) },
      ],
      async *read(_partition, listing): AsyncIterable<RawPage> {
        const operation = `GET /${listing}`;
        for (let page: number | null = 0; page !== null; ) {
          const asked: number = page;
          const { body, calls, providerTime } = await http.json<Page>({
            operation,
            url: `/${listing}?page=${asked}`,
          });
          page = body.next;
          yield {
            ...{ operation, request: { page: asked }, items: body.items, calls },
            ...{ end: body.next === null, providerCount: body.total },
            ...(providerTime === undefined ? {} : { providerTime }),
          };
        }
      },
      close: async () => undefined,
    };
  },
});
