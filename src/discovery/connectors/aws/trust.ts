import type { Observed } from '../../contract.ts';
import { joins } from '../../joins.ts';
import { idOf } from '../../marks.ts';
import { type Conditions, conditionText, type Name, shown, told, valuesOf } from './shapes.ts';

interface Principal {
  sort: string;
  name: Name;
  /** Where it is of one. */
  account?: string | undefined;
}

/** A statement of a trust policy in its committed form. */
export interface Trusting {
  effect: string;
  actions: string[];
  principals: Principal[];
  conditions: Conditions;
}

interface Role {
  id: string;
  name: string;
  arn: string;
  /** Key of the role's observation. */
  holder: string;
}

const OIDC = /^arn:[\w-]+:iam::\d{12}:oidc-provider\/(.+)$/;
const SERVICE_ACCOUNT = /^system:serviceaccount:([^:*?]+):([^:*?]+)$/;
/** Issuers that sign for anybody: without a condition on the subject anybody is believed. */
const BROAD = /^(?:\*|repo:\*.*|repo:[^/:]+\/\*.*|system:serviceaccount:\*.*)$/;

/** Operators that let pass only what they name. */
const NAMING = /^(?:ForAnyValue:)?String(?:Equals|EqualsIgnoreCase|Like)(?:IfExists)?$/i;

const assumes = ({ effect, actions }: Trusting): boolean =>
  effect === 'Allow' && actions.some((action) => action === '*' || /^sts:(?:\*|assumerole.*)$/i.test(action));

const issuerOf = (name: Name): string | undefined => {
  const host = typeof name === 'string' ? OIDC.exec(name)?.[1] : undefined;
  return host && `https://${host}`;
};

/** Who is believed, as `kind` says it. */
function sortOf({ sort, name, account }: Principal, home: string | undefined): string {
  if (sort === 'all but') return 'aws-trust-all-but';
  if (name === '*') return 'aws-trust-anyone';
  if (sort === 'Service') return 'aws-trust-service';
  if (sort === 'Federated') return issuerOf(name) === undefined ? 'aws-trust-federated' : 'aws-trust-oidc';
  return account === undefined || account === home ? 'aws-trust-principal' : 'aws-trust-cross-account';
}

/** Subjects that the conditions let pass; none where no condition names the subject. */
const subjectsOf = (conditions: Conditions): string[] =>
  valuesOf(
    conditions.filter(({ operator }) => NAMING.test(operator)),
    ':sub',
  );

const hasKey = (conditions: Conditions, key: string): boolean =>
  conditions.some((condition) => condition.key.toLowerCase() === key);

function one(
  role: Role,
  { conditions }: Trusting,
  principal: Principal,
  subject: string | undefined,
): Observed {
  const { sort, name, account } = principal;
  const issuer = issuerOf(name);
  const kind = sortOf(principal, role.arn.split(':')[4]);
  const audience = valuesOf(conditions, ':aud');
  const federated = sort === 'Federated';
  const condition = conditionText(conditions);
  return {
    class: 'trust',
    naturalId: ['trust', role.id, sort, idOf(name), subject ?? '', condition].join('/'),
    label: `${role.name} trusts ${issuer ?? shown(name)}${subject === undefined ? '' : ` ${subject}`}`,
    attributes: told({
      kind,
      holder: role.holder,
      issuer: issuer ?? shown(name),
      principal: typeof name === 'string' ? undefined : name,
      account,
      subject,
      subjectBound: federated ? subject !== undefined && !BROAD.test(subject) : undefined,
      audience: audience.length > 0 ? audience.join(' ') : undefined,
      conditions: condition === '' ? undefined : condition,
      externalId: kind === 'aws-trust-cross-account' ? hasKey(conditions, 'sts:externalid') : undefined,
      ...serviceAccount(issuer, subject),
    }),
  };
}

function serviceAccount(issuer: string | undefined, subject: string | undefined): { assumedBy?: string } {
  const [, namespace, name] = SERVICE_ACCOUNT.exec(subject ?? '') ?? [];
  if (issuer === undefined || namespace === undefined || name === undefined) return {};
  return { assumedBy: joins.kubernetes(issuer, namespace, name) };
}

/** One trust for each principal and subject that may assume the role. */
export function trustsOf(role: Role, statements: Trusting[]): Observed[] {
  return statements.filter(assumes).flatMap((statement) =>
    statement.principals.flatMap((principal) => {
      const subjects = principal.sort === 'Federated' ? subjectsOf(statement.conditions) : [];
      const named = subjects.length > 0 ? subjects : [undefined];
      return named.map((subject) => one(role, statement, principal, subject));
    }),
  );
}

/** Names of the Kubernetes service accounts that may assume the role: other things than the role, so no join. */
export const assumedBy = (statements: Trusting[]): string[] =>
  statements
    .filter(assumes)
    .flatMap(({ principals, conditions }) =>
      principals.flatMap(({ name }) =>
        subjectsOf(conditions).flatMap((subject) => serviceAccount(issuerOf(name), subject).assumedBy ?? []),
      ),
    );
