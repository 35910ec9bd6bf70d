import { createHash } from 'node:crypto';
import type { PolicyJson, StaticPolicySet } from '@cedar-policy/cedar-wasm/nodejs';
import type { View } from '#verifier';
import { ACTIONS, type Action, type Rows } from '#verifier';
import { isMunimentError } from '../kernel/index.ts';
import { actionsOf, uid } from './scope.ts';
import { parseStatements, type Statement } from './statements.ts';

/** A statement in force: whose it is, and in which version. */
export interface Rule extends Statement {
  /** Unique among all in force, and the same for the same text: `NAME#INDEX@VERSION`. */
  key: string;
  policy: string;
  version: string;
}

/** The rules whose scope can match one request. */
export interface Slice {
  /** Names the slice by content. */
  key: string;
  rules: Rule[];
  policies(): StaticPolicySet;
}

export interface Compiled {
  /** SHA-256, hex, over the canonical JSON list of all versions in force, sorted. */
  policySet: string;
  /** Why nothing may be allowed: a policy in force that cannot be read could be a forbid. */
  broken: string | undefined;
  rules: Rule[];
  slice(action: Action, principal: PrincipalNames): Slice;
}

export interface PrincipalNames {
  identity: string;
  application: string;
  profile: string;
}

/** Where a rule stands in the index: under one entity, or under no particular one. */
const ANYONE = '*';

const entityKey = (entity: { type: string; id: string }): string => `${entity.type}::${entity.id}`;

/** The entity that the principal scope ties a rule to. INVARIANT: anything not understood stays under `ANYONE`. */
function principalKey({ principal }: PolicyJson): string {
  const tied = principal.op === 'is' ? principal.in : principal.op === 'All' ? undefined : principal;
  return tied && 'entity' in tied ? entityKey(uid(tied.entity)) : ANYONE;
}

/** By action, then by principal key. */
type Index = Map<Action, Map<string, Rule[]>>;

function index(rules: Rule[]): Index {
  const found: Index = new Map(ACTIONS.map((action) => [action, new Map()]));
  for (const rule of rules) {
    for (const action of actionsOf(rule.json)) {
      const byPrincipal = found.get(action) as Map<string, Rule[]>;
      const key = principalKey(rule.json);
      byPrincipal.set(key, [...(byPrincipal.get(key) ?? []), rule]);
    }
  }
  return found;
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

const keysFor = ({ identity, application, profile }: PrincipalNames): string[] => [
  ANYONE,
  `Muniment::Identity::${identity}`,
  `Muniment::Application::${application}`,
  `Muniment::Profile::${profile}`,
];

function sliceOf(byPrincipal: Map<string, Rule[]> | undefined, names: PrincipalNames): Slice {
  const rules = keysFor(names).flatMap((key) => byPrincipal?.get(key) ?? []);
  return {
    key: rules.map(({ key }) => key).join('\n'),
    rules,
    policies: () => Object.fromEntries(rules.map(({ key, text }) => [key, text])),
  };
}

/** A policy's text as read, or why it cannot be: then nothing may be allowed. */
type Reading = { statements: Statement[]; fault?: never } | { statements: []; fault: string };

/** Specs are never changed in place, so a policy is parsed once however many views it stands in. */
const readings = new WeakMap<object, Reading>();

function read({ cedar, version }: Rows['policy']['spec']): Reading {
  // Decisions name the version that was approved: text that is not that version must not decide.
  if (sha256(cedar) !== version) return { statements: [], fault: 'is not its version' };
  try {
    return { statements: parseStatements(cedar) };
  } catch (error) {
    // An engine that fell says nothing about the policy: only its own judgement is kept.
    if (!isMunimentError(error) || error.code !== 'invalid_policy') throw error;
    return { statements: [], fault: 'does not parse' };
  }
}

function readingOf({ spec }: Rows['policy']): Reading {
  const known = readings.get(spec);
  if (known) return known;
  const reading = read(spec);
  readings.set(spec, reading);
  return reading;
}

function rulesOf(row: Rows['policy'], statements: Statement[]): Rule[] {
  const { version } = row.spec;
  const policy = String(row.name);
  return statements.map((each) => ({ ...each, policy, version, key: `${policy}#${each.index}@${version}` }));
}

type PolicyRows = ReturnType<typeof policyRows>;

const policyRows = (view: View) => view.rows('policy');

function compile(table: PolicyRows): Compiled {
  const rows = [...table.values()].filter((row) => !row.retired);
  const rules = rows.flatMap((row) => rulesOf(row, readingOf(row).statements));
  const broken = rows.find((row) => readingOf(row).fault !== undefined);
  const byAction = index(rules);
  return {
    policySet: sha256(JSON.stringify(rows.map(({ spec }) => spec.version).sort())),
    broken: broken && `policy \`${String(broken.name)}\` ${readingOf(broken).fault}`,
    rules,
    slice: (action, names) => sliceOf(byAction.get(action), names),
  };
}

/** Views share the tables that did not change between them, so most have the same policies. */
const compiled = new WeakMap<PolicyRows, Compiled>();

/** The policies in force in a view, indexed by what their scope names. Made once for each state of the policies. */
export function compilePolicies(view: View): Compiled {
  const table = policyRows(view);
  const known = compiled.get(table);
  if (known) return known;
  const made = compile(table);
  compiled.set(table, made);
  return made;
}
