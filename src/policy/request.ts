import type { Action, Facts, Rows } from '#verifier';
import type { PrincipalNames } from './compile.ts';
import type { Question } from './engine.ts';
import { ATTESTED_FACTS, CLAIMED_FACTS, type FactType, TRUST_DOMAIN } from './schema.ts';

/** All that a decision rests on besides the policies. */
export interface PolicyRequest {
  action: Action;
  identity: Rows['identity'];
  profile: Rows['profile'];
  application: Rows['application'];
  /** The agent that asks for it; null where none is involved. */
  agent: Rows['agent'] | null;
  attested: Facts;
  claimed: Facts;
  ttlSeconds: number;
  /** Audiences asked for; empty for X.509. */
  audience: string[];
  /** OAuth scopes asked for; empty for anything but an access token. */
  scope: string[];
  now: Date;
}

type Context = Question['context'];

const FITS: Record<FactType, (value: unknown) => boolean> = {
  Long: Number.isSafeInteger,
  String: (value) => typeof value === 'string',
  'Set<String>': (value) => Array.isArray(value) && value.every((item) => typeof item === 'string'),
};

/** A fact of the wrong type: nothing can be decided on it. */
export class UnfitFact extends Error {}

/** The facts that a policy can name. Others are left out: no policy passes validation that could read them. */
function factsFor(shape: Readonly<Record<string, FactType>>, facts: Facts, where: string): Context {
  const known = Object.entries(shape).filter(([name]) => Object.hasOwn(facts, name));
  for (const [name, type] of known) {
    if (!FITS[type](facts[name])) throw new UnfitFact(`\`${where}.${name}\` is no ${type}`);
  }
  return Object.fromEntries(known.map(([name]) => [name, facts[name] as string]));
}

const isoWeekday = (at: Date): number => at.getUTCDay() || 7;

function contextOf(request: PolicyRequest): Context {
  if (!Number.isSafeInteger(request.ttlSeconds)) throw new UnfitFact('`ttlSeconds` is no Long');
  return {
    attested: factsFor(ATTESTED_FACTS, request.attested, 'attested'),
    claimed: factsFor(CLAIMED_FACTS, request.claimed, 'claimed'),
    ttlSeconds: request.ttlSeconds,
    audience: request.audience,
    scope: request.scope,
    ...(request.agent ? { agent: request.agent.name } : {}),
    hour: request.now.getUTCHours(),
    weekday: isoWeekday(request.now),
  };
}

export const principalNames = (request: PolicyRequest): PrincipalNames => ({
  identity: String(request.identity.name),
  application: String(request.application.name),
  profile: String(request.profile.name),
});

const entity = (type: string, id: string) => ({ type: `Muniment::${type}`, id });

function identityEntity({ identity }: PolicyRequest, names: PrincipalNames): Question['entities'][number] {
  const { kind, environment, owner } = identity.spec;
  const { identity: name, application, profile } = names;
  return {
    uid: entity('Identity', name),
    attrs: { name, kind, application, environment, profile, owner },
    parents: [entity('Application', application), entity('Profile', profile)],
  };
}

const ISSUE_PARENT = [entity('Action', 'issue')];

/** The request in Cedar's form. Throws `UnfitFact` where a fact has not the type that the schema gives it. */
export function questionOf(request: PolicyRequest): Question {
  const names = principalNames(request);
  const action = entity('Action', request.action);
  const parents = request.action.startsWith('issue-') ? ISSUE_PARENT : [];
  return {
    principal: entity('Identity', names.identity),
    action,
    resource: entity('TrustDomain', TRUST_DOMAIN),
    context: contextOf(request),
    entities: [identityEntity(request, names), { uid: action, attrs: {}, parents }],
  };
}
