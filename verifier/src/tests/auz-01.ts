import { ANY_AUDIENCE, type Rows } from '../words/index.ts';
import { cedarScopes } from './cedar-scope.ts';
import type { Context, Told } from './context.ts';
import { standingAt, type Version } from './history.ts';
import { instant } from './intervals.ts';
import { departure, type Finding, finding, type Judged, judge, withheldFinding } from './result.ts';
import { hiddenSeen, readWhole, type Seen, seen, spansOf, unlessUnseen } from './sweeps.ts';
import { unlessWithheld } from './withheld.ts';

type Grant = Told<'credential.granted'>;
type Held = 'policy' | 'profile';

const DECLARING = ['resource.declared', 'resource.retired'] as const;

/** Versions of a declared thing that stood within the period, by id. */
function standing<T extends Held>({ history }: Context, table: T): Version<T>[][] {
  return [...history(table).values()]
    .map((versions) => versions.filter(({ row, from, to }) => !row.retired && from < to))
    .filter((versions) => versions.length > 0);
}

function hiddenOf({ withheldAnywhere }: Context, prefix: string): Finding[] {
  return withheldAnywhere(...DECLARING)
    .filter(({ leaf }) => leaf.subject === '' || leaf.subject.startsWith(prefix))
    .map((entry) => withheldFinding(entry));
}

/** What of a grant its identity's profile, as it stood then, does not hold. */
function beyond({ data }: Grant, { spec }: Rows['profile']): string[] {
  const { request, credential } = data;
  const audiences = spec.audiences ?? [];
  const foreign = credential.audience.filter(
    (each) => !audiences.includes(each) && !audiences.includes(ANY_AUDIENCE),
  );
  return [
    ...(spec.actions.includes(request.action) ? [] : [`action ${request.action}`]),
    ...(credential.ttlSeconds > spec.maxTtlSeconds
      ? [`${credential.ttlSeconds} s of ${spec.maxTtlSeconds}`]
      : []),
    ...foreign.map((each) => `audience ${each}`),
  ];
}

function withinProfile(context: Context, grant: Grant): Finding {
  const { index, leaf, data } = grant;
  const id = `credential ${index}`;
  const [hidden] = context.withheldAbout(DECLARING, [data.request.identity]);
  const unseen = hidden ?? hiddenProfile(context, index);
  if (unseen) return withheldFinding(unseen, id);
  const identity = standingAt(context.history('identity'), data.request.identity ?? '', index);
  const profile = identity && standingAt(context.history('profile'), identity.spec.profile, index);
  const during = [instant(leaf.time)];
  if (profile === undefined)
    return departure(id, 'no profile of its identity stood at the time', during, index);
  const more = beyond(grant, profile);
  return more.length === 0
    ? finding('PASS', id, `within profile ${String(profile.name)}`, index)
    : departure(id, `beyond profile ${String(profile.name)}: ${more.join(', ')}`, during, index);
}

const hiddenProfile = ({ withheldAnywhere }: Context, before: number) =>
  withheldAnywhere(...DECLARING).find(({ index, leaf }) => index < before && leaf.subject.startsWith('prf_'));

/** What makes a profile a bundle of everything. */
function openProfile(versions: Version<'profile'>[]): Finding {
  const wide = versions.filter(({ row }) => row.spec.audiences?.includes(ANY_AUDIENCE));
  const { row } = versions.at(-1) as Version<'profile'>;
  return wide.length === 0
    ? finding('PASS', row.id, 'audiences are named', row.entry)
    : departure(
        row.id,
        'a token may name any audience',
        wide.map(({ from, to }) => ({ from, to })),
        row.entry,
      );
}

type Reach = 'closed' | 'conditional' | 'open' | 'unread';

/** A permit that names neither who nor what is one for everybody or everything, unless its conditions say otherwise. */
function reachOf({ row }: Version<'policy'>): Reach {
  const scopes = cedarScopes(row.spec.cedar);
  if (scopes === null) return 'unread';
  const wide = scopes.filter(
    ({ effect, principal, action }) =>
      effect === 'permit' && (principal === 'principal' || action === 'action'),
  );
  if (wide.some(({ conditional }) => !conditional)) return 'open';
  return wide.length > 0 ? 'conditional' : 'closed';
}

function openPolicy(versions: Version<'policy'>[]): Finding {
  const { row } = versions.at(-1) as Version<'policy'>;
  const open = versions.filter((each) => reachOf(each) === 'open');
  if (open.length > 0) {
    const during = open.map(({ from, to }) => ({ from, to }));
    return departure(
      row.id,
      'permits every principal or every action, without a condition',
      during,
      row.entry,
    );
  }
  const reaches = versions.map(reachOf);
  if (reaches.includes('unread'))
    return finding('NOT_EVALUABLE', row.id, 'its text could not be followed', row.entry);
  return reaches.includes('conditional')
    ? finding(
        'NOT_EVALUABLE',
        row.id,
        'permits every principal or action under conditions that a person must read',
        row.entry,
      )
    : finding('PASS', row.id, 'each permit names its principals and its actions', row.entry);
}

const isAdministrator = ({ row }: Seen): boolean => row.attributes.administrator === true;

/** Who holds it may be a person: only a claim tells whether it is a machine's. */
function administrator(each: Seen): Finding {
  const { key, identity, entry } = each.row;
  return identity === undefined
    ? finding('NOT_EVALUABLE', key, 'may act as administrator; nobody has said whose it is', entry)
    : departure(key, `${identity} may act as administrator`, spansOf(each), entry);
}

/** NHI-AUZ-01: no wildcard in what is declared, no grant beyond its profile, no administrator without an exception. */
export function leastPrivilege(context: Context): Judged[] {
  const grants = context.told('credential.granted').map((grant) => withinProfile(context, grant));
  const hidden = context
    .withheld('credential.granted')
    .map((entry) => withheldFinding(entry, `credential ${entry.index}`));
  const known = (found: Finding): Finding => unlessWithheld(context, found, [found.id], DECLARING);
  const swept = context.told('sweep.recorded').length > 0;
  return [
    judge('every credential was granted within its profile', [...grants, ...hidden], {
      verdict: 'NOT_OCCURRING',
      why: 'no credential was granted in the period',
    }),
    judge(
      'no profile lets a token name any audience',
      [...standing(context, 'profile').map((each) => known(openProfile(each))), ...hiddenOf(context, 'prf_')],
      { verdict: 'NOT_OCCURRING', why: 'no profile stood in the period' },
    ),
    judge(
      'no policy permits everybody or everything',
      [...standing(context, 'policy').map((each) => known(openPolicy(each))), ...hiddenOf(context, 'pol_')],
      { verdict: 'NOT_OCCURRING', why: 'no policy stood in the period' },
    ),
    judge(
      'every administrative right that was found has a live exception',
      [
        ...seen(context, 'permission')
          .filter(isAdministrator)
          .map((each) => unlessUnseen(context, administrator(each))),
        ...hiddenSeen(context),
      ],
      {
        verdict: swept ? 'NOT_OCCURRING' : 'NOT_EVALUABLE',
        why: swept ? 'no administrative right was found' : 'nothing was swept in the period',
      },
    ),
    readWhole(context, 'administrative right'),
  ];
}
