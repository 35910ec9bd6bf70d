import { ACTIONS, type Action, ENVIRONMENTS, IDENTITY_KINDS } from '#verifier';

/** Types of the facts that a policy may read. Every one is optional there: a fact that was not proven is absent. */
export type FactType = 'Long' | 'String' | 'Set<String>';

/** What can be proven about a process, a joining machine or an OAuth client (`context.attested`). */
export const ATTESTED_FACTS: Readonly<Record<string, FactType>> = {
  uid: 'Long',
  gid: 'Long',
  pid: 'Long',
  path: 'String',
  sha256: 'String',
  user: 'String',
  group: 'String',
  groups: 'Set<String>',
  thumbprint: 'String',
  spiffeId: 'String',
};

/** What a caller may say of itself (`context.claimed`): worth no more than its word. */
export const CLAIMED_FACTS: Readonly<Record<string, FactType>> = {
  hostname: 'String',
  version: 'String',
  region: 'String',
  purpose: 'String',
};

const IDENTITY_ATTRIBUTES: Readonly<Record<string, FactType>> = {
  name: 'String',
  kind: 'String',
  application: 'String',
  environment: 'String',
  profile: 'String',
  owner: 'String',
};

/** The one resource: this trust domain. An enumerated type, so that any other name is refused when a policy is saved. */
export const TRUST_DOMAIN = 'this';

/** Actions by group: `action in Muniment::Action::"issue"` names every issuance. */
export const ACTION_GROUPS: Readonly<Record<string, readonly Action[]>> = {
  issue: ['issue-x509-svid', 'issue-jwt-svid', 'issue-access-token'],
};

type Shape = { readonly [attribute: string]: FactType | Shape };

/** Every attribute path that a policy may name, by Cedar variable. Read by `paths.ts`; the schema below is made of it. */
export const SHAPES: Readonly<Record<'principal' | 'resource' | 'context', Shape>> = {
  principal: IDENTITY_ATTRIBUTES,
  resource: {},
  context: {
    attested: ATTESTED_FACTS,
    claimed: CLAIMED_FACTS,
    ttlSeconds: 'Long',
    audience: 'Set<String>',
    scope: 'Set<String>',
    agent: 'String',
    hour: 'Long',
    weekday: 'Long',
  },
};

const fields = (shape: Readonly<Record<string, FactType>>, optional = ''): string =>
  Object.entries(shape)
    .map(([name, type]) => `${name}${optional}: ${type}`)
    .join(', ');

const groupOf = (action: Action): string => {
  const group = Object.entries(ACTION_GROUPS).find(([, members]) => members.includes(action));
  return group ? ` in [${group[0]}]` : '';
};

const actionText = (action: Action): string =>
  `action "${action}"${groupOf(action)} appliesTo { principal: Identity, resource: TrustDomain, context: Request };`;

/**
 * Our words as a Cedar schema. Entity ids are declared names (`Muniment::Identity::"payments-api"`).
 * `kind` is one of the identity kinds, `environment` one of the environments, `owner` an opaque person id;
 * `hour` is 0 to 23 and `weekday` 1 (Monday) to 7, both UTC.
 */
export const SCHEMA = `namespace Muniment {
  entity Application;
  entity Profile;
  entity TrustDomain enum ["${TRUST_DOMAIN}"];
  // kind: ${IDENTITY_KINDS.join(' | ')}
  // environment: ${ENVIRONMENTS.join(' | ')}
  entity Identity in [Application, Profile] { ${fields(IDENTITY_ATTRIBUTES)} };
  type Attested = { ${fields(ATTESTED_FACTS, '?')} };
  type Claimed = { ${fields(CLAIMED_FACTS, '?')} };
  type Request = {
    attested: Attested, claimed: Claimed, ttlSeconds: Long, audience: Set<String>, scope: Set<String>,
    agent?: String, hour: Long, weekday: Long
  };
  ${Object.keys(ACTION_GROUPS)
    .map((group) => `action ${group};`)
    .join('\n  ')}
  ${ACTIONS.map(actionText).join('\n  ')}
}
`;
