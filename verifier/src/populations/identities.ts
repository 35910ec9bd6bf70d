import type { Version } from '../tests/history.ts';
import type { Rows } from '../words/index.ts';
import { PROVENANCE } from './declared.ts';
import { type Facts, joined, unique } from './facts.ts';
import { type Definition, define } from './population.ts';

interface Identity {
  id: string;
  /** Its latest version that stood in the period. */
  row: Rows['identity'];
  versions: Version<'identity'>[];
  from: string;
  to: string;
}

const isStanding = ({ row, from, to }: Version<'identity'>): boolean =>
  !row.retired && row.state !== 'retired' && from < to;

function identityOf([id, all]: [string, Version<'identity'>[]]): Identity[] {
  const versions = all.filter(isStanding);
  const [first, last] = [versions[0], versions.at(-1)];
  return first && last ? [{ id, row: last.row, versions, from: first.from, to: last.to }] : [];
}

const items = (facts: Facts): Identity[] => [...facts.history('identity')].flatMap(identityOf);

/** Consecutive versions in one state make one span. */
function states({ versions }: Identity): string {
  const spans: Array<{ state: string; from: string; to: string }> = [];
  for (const { row, from, to } of versions) {
    const last = spans.at(-1);
    if (last?.state === row.state && last.to === from) last.to = to;
    else spans.push({ state: row.state, from, to });
  }
  return joined(spans.map(({ state, from, to }) => `${state} [${from}, ${to})`));
}

const profileOf = ({ row }: Identity, facts: Facts) =>
  facts.input.closing.tables.profile.get(row.spec.profile);

const granted = ({ id }: Identity, facts: Facts): number => facts.granted.get(id) ?? 0;

const columns: Definition<Identity>['columns'] = [
  ['identity', 'id', ({ id }) => id],
  ['name', 'declared name', ({ row }) => String(row.name)],
  ['kind', 'what sort of non-human identity', ({ row }) => row.spec.kind],
  ['purpose', 'what it is for, as declared', ({ row }) => row.spec.purpose],
  ['application', 'id of what it works for', ({ row }) => row.spec.application],
  ['application_name', 'its name', ({ row }, facts) => facts.nameOf('application', row.spec.application)],
  ['owner', 'id of the accountable person', ({ row }) => row.spec.owner],
  ['owner_name', 'their name, or its commitment', ({ row }, facts) => facts.nameOf('person', row.spec.owner)],
  [
    'owners_over_period',
    'every owner within the period, in order',
    ({ versions }) => joined(unique(versions.map(({ row }) => row.spec.owner))),
  ],
  ['owner_accepted', 'when an owner last said that it is theirs', ({ row }) => row.ownerAccepted],
  ['deputy', 'id of who answers when the owner leaves', ({ row }) => row.spec.deputy ?? null],
  ['environment', 'where it works', ({ row }) => row.spec.environment],
  ['spiffe_path', 'path of its SPIFFE ID', ({ row }) => row.spec.spiffePath],
  ['profile', 'id of its bundle of permitted actions', ({ row }) => row.spec.profile],
  ['profile_name', 'its name', ({ row }, facts) => facts.nameOf('profile', row.spec.profile)],
  [
    'allowed_actions',
    'what the profile permits, if a policy allows it too',
    (each, facts) => joined(profileOf(each, facts)?.spec.actions ?? []),
  ],
  [
    'max_ttl_seconds',
    'longest lifetime of its credentials',
    (each, facts) => profileOf(each, facts)?.spec.maxTtlSeconds ?? null,
  ],
  [
    'audiences',
    'audiences that its tokens may name',
    (each, facts) => joined(profileOf(each, facts)?.spec.audiences ?? []),
  ],
  ['states', 'states over the period, each with its span', states],
  ['credentials_granted', 'how many were granted in the period (see credentials.csv)', granted],
];

/** One row per identity; `identity-versions` has every version. */
export const identities = define<Identity>({
  question:
    'Which machine identities existed in the period, whose are they, who approved each, what was each allowed?',
  filter:
    'every identity that stood, in any state but retired, at some instant of the period; as last known in it',
  order: 'by id',
  columns: [...columns, ...(PROVENANCE as Definition<Identity>['columns'])],
  items,
});

const spanned = ({ versions }: Identity): Identity[] =>
  versions.map((version) => ({ ...version, id: version.row.id, versions: [version] }));

export const identityVersions = define<Identity>({
  question: 'What was each identity at every instant of the period?',
  filter:
    'every version of every identity that stood, in any state but retired, at some instant of the period',
  order: 'by id, then time',
  columns: [
    ['identity', 'id', ({ id }) => id],
    ['from', 'start of this version within the period', ({ from }) => from],
    ['to', 'its end, or the end of the period', ({ to }) => to],
    ['state', 'state during it', ({ row }) => row.state],
    ...columns.slice(1, -2),
    ...(PROVENANCE as Definition<Identity>['columns']),
  ],
  items: (facts) => items(facts).flatMap(spanned),
});
