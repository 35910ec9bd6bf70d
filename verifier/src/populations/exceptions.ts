import {
  ACCESS_PATHS,
  type ControlOwnerSpec,
  DENIAL_KINDS,
  type Owned,
  RESOURCE_KINDS,
  type Rows,
} from '../words/index.ts';
import { versions } from './declared.ts';
import type { Facts } from './facts.ts';
import { define } from './population.ts';

export const exceptions = versions(
  'exception',
  'Which departures were allowed, whose are they, and until when?',
  [
    ['exception', 'id', ({ row }) => row.id],
    ['name', 'declared name', ({ row }) => String(row.name)],
    ['control', 'id of the control that is departed from', ({ row }) => row.spec.control],
    ['subject', 'the member that it covers, as the control’s result names it', ({ row }) => row.spec.subject],
    ['owner', 'id of the accountable person', ({ row }) => row.spec.owner],
    [
      'owner_name',
      'their name, or its commitment',
      ({ row }, facts) => facts.nameOf('person', row.spec.owner),
    ],
    ['compensating', 'what is done instead', ({ row }) => row.spec.compensating],
    ['until', 'when it lapses by itself', ({ row }) => row.spec.until],
    [
      'lapsed',
      'true where it had lapsed by the end of the period',
      ({ row }, { input }) => row.spec.until <= input.period.to,
    ],
    ['reason', 'as declared', ({ row }) => row.spec.reason],
  ],
);

/** Something that a person must answer for, and the declaration that names them, where there is one. */
export interface OwnedThing {
  covers: Owned;
  target: string;
  row: Rows['control_owner'] | undefined;
}

interface Standing {
  trusts: Iterable<Rows['trust']>;
  policies: Iterable<Rows['policy']>;
  owners: Iterable<Rows['control_owner']>;
}

const stands = ({ retired }: { retired: boolean }): boolean => !retired;
const idsOf = (rows: Iterable<Rows['trust'] | Rows['policy']>): string[] =>
  [...rows].filter(stands).map(({ id }) => id);

/** Every access path, issuance rule, denial kind and change kind, with who answers for it: holes first, then by kind and name. */
export function ownedThings({ trusts, policies, owners }: Standing): OwnedThing[] {
  const key = ({ covers, target }: Pick<ControlOwnerSpec, 'covers' | 'target'>) => `${covers} ${target}`;
  const byTarget = new Map([...owners].filter(stands).map((row) => [key(row.spec), row]));
  const all: Record<Owned, readonly string[]> = {
    'access-path': [...ACCESS_PATHS, ...idsOf(trusts)],
    'issuance-rule': idsOf(policies),
    'denial-kind': DENIAL_KINDS,
    'change-kind': RESOURCE_KINDS,
  };
  const things = Object.entries(all).flatMap(([covers, targets]) =>
    targets.map((target) => ({ covers: covers as Owned, target })),
  );
  const rank = (each: OwnedThing): string => `${each.row ? 1 : 0} ${key(each)}`;
  return things
    .map((each) => ({ ...each, row: byTarget.get(key(each)) }))
    .sort((a, b) => (rank(a) < rank(b) ? -1 : 1));
}

const standingIn = ({ input }: Facts): Standing => {
  const { trust, policy, control_owner: owners } = input.closing.tables;
  return { trusts: trust.values(), policies: policy.values(), owners: owners.values() };
};

const nameOf = ({ target }: OwnedThing, { input }: Facts): string => {
  const { trust, policy } = input.closing.tables;
  return String((trust.get(target) ?? policy.get(target))?.name ?? target);
};

const person = (role: 'owner' | 'reviewer') => [
  [
    role,
    `id of the ${role}; empty where there is none: a hole`,
    ({ row }: OwnedThing) => row?.spec[role] ?? null,
  ],
  [
    `${role}_name`,
    'their name, or its commitment',
    ({ row }: OwnedThing, facts: Facts) => facts.nameOf('person', row?.spec[role]),
  ],
];

export const controlOwners = define<OwnedThing>({
  question: 'Who answers for every way in, every rule, every refusal and every kind of change?',
  filter:
    'every access path, issuance rule, denial kind and change kind as of the end of the period, whether anybody answers for it or not',
  order: 'what nobody answers for first, then by kind and target',
  columns: [
    ['covers', '`access-path`, `issuance-rule`, `denial-kind` or `change-kind`', ({ covers }) => covers],
    ['target', 'id or word', ({ target }) => target],
    ['target_name', 'its declared name, or the word', nameOf],
    ['hole', 'true where nobody answers for it', ({ row }) => row === undefined],
    ...(person('owner') as never[]),
    ...(person('reviewer') as never[]),
    ['change', 'id of the change that declared it', ({ row }) => row?.change ?? null],
    ['declared_entry', 'entry that it rests on', ({ row }) => row?.entry ?? null],
  ],
  items: (facts) => ownedThings(standingIn(facts)),
});
