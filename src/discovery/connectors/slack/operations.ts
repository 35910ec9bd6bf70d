import type { Operation } from '../../contract.ts';

/** Every method that is called, always as a GET, with the one scope that allows it. */
export const operations: Operation[] = [
  { name: 'admin.apps.approved.list', privilege: 'admin.apps:read' },
  { name: 'admin.apps.restricted.list', privilege: 'admin.apps:read' },
  {
    name: 'users.list',
    privilege: 'users:read',
    note: 'people are dropped before anything is kept',
  },
  { name: 'team.integrationLogs', privilege: 'admin', note: 'only with the setting `integrationLogs`' },
];
