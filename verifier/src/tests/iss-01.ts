import type { Entry, Kind, Rows } from '../words/index.ts';
import { asFinding, type Joined, joinApproval } from './approvals.ts';
import type { Context, Told } from './context.ts';
import { standingAt, type Version } from './history.ts';
import { combine, type Finding, type Judged, judge, stated, withheldFinding } from './result.ts';

const DECLARING: readonly Kind[] = ['resource.declared', 'resource.retired'];

/** Versions that the period made by declaring: the others only moved, or were accepted again. */
const isDeclared = ({ row, since }: Version<'identity'>): boolean => since === row.entry && !row.retired;

function identities(context: Context): Judged {
  const declared = [...context.history('identity').values()].flat().filter(isDeclared);
  const found = declared.map(({ row }) =>
    asFinding(joinApproval(context, 'Identity', row), row.id, row.entry),
  );
  const hidden = context
    .withheld('resource.declared')
    .filter(({ leaf }) => leaf.subject === '' || leaf.subject.startsWith('idn_'))
    .map((entry) => withheldFinding(entry));
  return judge('every identity declared joins a signed approval before it', [...found, ...hidden], {
    verdict: 'NOT_OCCURRING',
    why: 'no identity was declared in the period',
  });
}

type Grant = Told<'credential.granted'>;

const notThere = (what: string): Joined => ({
  verdict: 'FAIL',
  why: `no ${what} of that name stood at the time`,
});

/** A row that an entry out of sight may have made, or unmade, says nothing. */
function unlessWithheld(joined: Joined, [hidden]: Entry[]): Joined {
  return hidden ? { verdict: 'NOT_EVALUABLE', why: `the body of entry ${hidden.index} is withheld` } : joined;
}

function joinRow<T extends 'identity' | 'trust'>(
  context: Context,
  table: T,
  id: string,
  index: number,
): Joined {
  const row = standingAt(context.history(table), id, index) as Rows['identity'] | Rows['trust'] | undefined;
  const kind = table === 'identity' ? 'Identity' : 'Trust';
  const joined = row === undefined || row.retired ? notThere(table) : joinApproval(context, kind, row);
  return unlessWithheld(joined, context.withheldAbout(DECLARING, [id]));
}

function joinPolicy(context: Context, named: { policy: string; version: string }, index: number): Joined {
  const row = context
    .policiesAt(index)
    .rows.find(({ name, spec }) => name === named.policy && spec.version === named.version);
  if (row === undefined) return unlessWithheld(notThere('policy'), context.withheldAnywhere(...DECLARING));
  return unlessWithheld(joinApproval(context, 'Policy', row), context.withheldAbout(DECLARING, [row.id]));
}

/** All that had to be approved for a grant: whose it is, how it was proven, and the rules that allowed it. */
function rests({ index, data }: Grant, context: Context): Joined[] {
  const { identity, trust } = data.request;
  return [
    ...(identity === null ? [] : [joinRow(context, 'identity', identity, index)]),
    ...(trust === null ? [] : [joinRow(context, 'trust', trust, index)]),
    ...data.decision.determining.map((named) => joinPolicy(context, named, index)),
  ];
}

function granted(context: Context, grant: Grant): Finding {
  const joined = rests(grant, context);
  const id = `credential ${grant.index}`;
  const verdict = joined.length === 0 ? 'FAIL' : combine(joined.map((each) => each.verdict));
  const reasons = joined.filter((each) => each.verdict === verdict).map(({ why }) => why);
  const why = joined.length === 0 ? 'rests on nothing that was approved' : [...new Set(reasons)].join('; ');
  return asFinding({ verdict, why, deviation: joined.some(({ deviation }) => deviation) }, id, grant.index);
}

function credentials(context: Context): Judged {
  const found = context.told('credential.granted').map((grant) => granted(context, grant));
  const hidden = context
    .withheld('credential.granted')
    .map((entry) => withheldFinding(entry, `credential ${entry.index}`));
  return judge('every credential granted joins signed approvals before it', [...found, ...hidden], {
    verdict: 'NOT_OCCURRING',
    why: 'no credential was granted in the period',
  });
}

/** NHI-ISS-01: nothing exists that no one approved. The full population, not a sample. */
export function approvedBeforeIssued(context: Context): Judged[] {
  return [
    identities(context),
    credentials(context),
    stated(
      'creation events at providers join an approval',
      'NOT_EVALUABLE',
      'no connector reads creation events from a provider yet: what was made there by other means is not seen',
    ),
  ];
}
