import type { Version } from '../tests/history.ts';
import type { Rows } from '../words/index.ts';
import { type Facts, joined, unique, versionsOf } from './facts.ts';
import { type Definition, define } from './population.ts';

type DeclaredTable =
  | 'identity'
  | 'policy'
  | 'trust'
  | 'profile'
  | 'application'
  | 'person'
  | 'rotation'
  | 'exception';
type Declared = { row: Rows[DeclaredTable]; from: string; to: string };

const approversOf = (change: Rows['change'] | undefined, entry: number): Rows['change']['approvals'] =>
  change?.approvals.filter((approval) => approval.entry < entry) ?? [];

const approvals = (row: Rows[DeclaredTable], facts: Facts) =>
  approversOf(facts.change(row.change), row.entry);

/** Whose word a declared thing stands on. */
export const PROVENANCE: Definition<Declared>['columns'] = [
  ['declared_entry', 'entry that this version rests on', ({ row }) => row.entry],
  ['change', 'id of the change that declared it', ({ row }) => row.change],
  ['requester', 'id of who asked', ({ row }, facts) => facts.change(row.change)?.plan.proposer ?? null],
  [
    'approvers',
    'ids of who signed before',
    ({ row }, facts) => joined(approvals(row, facts).map(({ approver }) => approver)),
  ],
  [
    'approver_names',
    'their names, or their commitments',
    ({ row }, facts) => joined(approvals(row, facts).map(({ approver }) => facts.nameOf('person', approver))),
  ],
  [
    'approved_at',
    'when they signed',
    ({ row }, facts) => joined(approvals(row, facts).map(({ time }) => time)),
  ],
  [
    'approval_entries',
    'entries of their signatures',
    ({ row }, facts) => joined(approvals(row, facts).map(({ entry }) => entry)),
  ],
  ['bootstrap', 'true where no second person was needed: the marked first days', ({ row }) => row.bootstrap],
];

const SPAN: Definition<Declared>['columns'] = [
  ['from', 'start of this version within the period', ({ from }) => from],
  ['to', 'its end, or the end of the period', ({ to }) => to],
];

const standing = (facts: Facts, table: DeclaredTable): Declared[] =>
  versionsOf(facts, table).filter(({ row }) => !row.retired);

/** Versions of a declared kind that stood within the period, with who approved each. */
export function versions<T extends DeclaredTable>(
  table: T,
  question: string,
  columns: Definition<Version<T>>['columns'],
) {
  return define<Version<T>>({
    question,
    filter: `every version of a declared ${table} that stood at some instant of the period and was not retired`,
    order: 'by id, then time',
    columns: [...columns, ...SPAN, ...PROVENANCE] as Definition<Version<T>>['columns'],
    items: (facts) => standing(facts, table) as unknown as Version<T>[],
  });
}

export const policies = versions('policy', 'Which policies decided, and in which version?', [
  ['policy', 'id', ({ row }) => row.id],
  ['name', 'declared name', ({ row }) => String(row.name)],
  ['version', 'SHA-256 of the text, hex', ({ row }) => row.spec.version],
  ['description', 'as declared', ({ row }) => row.spec.description],
  ['cedar', 'the text, exactly as approved', ({ row }) => row.spec.cedar],
]);

export const profiles = versions('profile', 'What may the holder of a profile ask for?', [
  ['profile', 'id', ({ row }) => row.id],
  ['name', 'declared name', ({ row }) => String(row.name)],
  ['description', 'as declared', ({ row }) => row.spec.description],
  ['actions', 'what is permitted, if a policy allows it', ({ row }) => joined(row.spec.actions)],
  ['max_ttl_seconds', 'longest lifetime of a credential', ({ row }) => row.spec.maxTtlSeconds],
  ['audiences', 'audiences that a token may name', ({ row }) => joined(row.spec.audiences ?? [])],
  ['scopes', 'OAuth scopes that an access token may carry', ({ row }) => joined(row.spec.scopes ?? [])],
]);

export const applications = versions('application', 'Which applications do the identities work for?', [
  ['application', 'id', ({ row }) => row.id],
  ['name', 'declared name', ({ row }) => String(row.name)],
  ['description', 'as declared', ({ row }) => row.spec.description],
  ['owner', 'id of the accountable person', ({ row }) => row.spec.owner],
  ['owner_name', 'their name', ({ row }, facts) => facts.nameOf('person', row.spec.owner)],
  ['status', '`active` or `retired`', ({ row }) => row.spec.status],
]);

const conditions = ({ row }: Version<'trust'>): string =>
  joined(
    Object.entries(row.spec.where)
      .sort()
      .map(([fact, value]) => `${fact}=${[value].flat().join('|')}`),
  );

export const trusts = versions('trust', 'By which proof may something be which identity?', [
  ['trust', 'id', ({ row }) => row.id],
  ['name', 'declared name', ({ row }) => String(row.name)],
  ['identity', 'id of the identity', ({ row }) => row.spec.identity],
  ['identity_name', 'its name', ({ row }, facts) => facts.nameOf('identity', row.spec.identity)],
  ['method', 'how it is attested', ({ row }) => row.spec.method],
  ['conditions', 'attested facts that must all hold', conditions],
  [
    'agents',
    'agents that may attest; empty means any that joined',
    ({ row }) => joined(row.spec.agents ?? []),
  ],
]);

export const people = versions('person', 'Who could act, in which role, and by which keys?', [
  ['person', 'id', ({ row }) => row.id],
  ['login', 'login name, or its commitment where it is withheld', ({ row }, facts) => facts.opened(row.name)],
  ['display_name', 'name, or its commitment', ({ row }, facts) => facts.opened(row.spec.displayName)],
  ['email', 'address, or its commitment', ({ row }, facts) => facts.opened(row.spec.email)],
  ['roles', 'roles held', ({ row }) => joined(row.spec.roles)],
  ['status', '`active` or `left`', ({ row }) => row.spec.status],
  [
    'keys',
    'approval keys: id and type',
    ({ row }) => joined(unique(row.spec.keys.map(({ id, type }) => `${id} (${type})`))),
  ],
]);
