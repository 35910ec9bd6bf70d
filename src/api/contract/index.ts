import * as agents from './agents.ts';
import * as breakGlass from './break-glass.ts';
import * as changes from './changes.ts';
import * as credentials from './credentials.ts';
import * as declared from './declared.ts';
import * as discovery from './discovery.ts';
import * as evidence from './evidence.ts';
import * as governance from './governance.ts';
import * as identities from './identities.ts';
import * as inventory from './inventory.ts';
import * as leaving from './leaving.ts';
import * as ledger from './ledger.ts';
import * as monitoring from './monitoring.ts';
import * as names from './names.ts';
import * as oauth from './oauth.ts';
import * as open from './open.ts';
import * as people from './people.ts';
import * as posture from './posture.ts';
import * as rotations from './rotations.ts';
import * as sessions from './sessions.ts';
import * as sources from './sources.ts';

const GROUPS = {
  sessions,
  people,
  leaving,
  identities,
  declared,
  names,
  credentials,
  changes,
  breakGlass,
  agents,
  ledger,
  sources,
  discovery,
  inventory,
  posture,
  rotations,
  evidence,
  governance,
  oauth,
  monitoring,
  open,
};

export interface Route {
  operationId: string;
  method: 'get' | 'post' | 'put' | 'delete';
  path: string;
  getRoutingPath(): string;
}

const isRoute = (value: unknown): value is Route =>
  typeof value === 'object' && value !== null && 'operationId' in value && 'getRoutingPath' in value;

/** Every route there is. */
export const ROUTES: readonly Route[] = Object.values(GROUPS).flatMap((group) =>
  Object.values(group).filter(isRoute),
);

export {
  agents,
  changes,
  credentials,
  declared,
  discovery,
  evidence,
  governance,
  identities,
  ledger,
  monitoring,
  oauth,
  open,
  people,
  sessions,
};
