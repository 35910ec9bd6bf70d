import type { Rows } from '../words/index.ts';
import type { Context, Told } from './context.ts';
import { overlap } from './intervals.ts';
import { departure, type Finding, finding, type Judged, judge, withheldFinding } from './result.ts';
import { hiddenSeen, readWhole, type Seen, seen, spansOf, unlessUnseen } from './sweeps.ts';

/** A credential that lasts longer is not called short-lived, whoever granted it. */
export const SHORT_LIVED_MAX_SECONDS = 86_400;

/** What may be a person's as well as a machine's: only a claim tells. */
const MAYBE_PERSONAL: ReadonlySet<unknown> = new Set(['host-password', 'ssh-user-key']);

const idOf = (entry: number): string => `credential ${entry}`;

/** Granted in the period, or before it and still good in it. */
function lifetime({ input }: Context, { entry, credential }: Rows['credential']): Finding {
  const { ttlSeconds, notBefore, notAfter, type } = credential;
  const why = `${type} for ${ttlSeconds} s`;
  if (ttlSeconds <= SHORT_LIVED_MAX_SECONDS) return finding('PASS', idOf(entry), why, entry);
  const during = overlap({ from: notBefore, to: notAfter }, input.period);
  return departure(
    idOf(entry),
    `${why}, more than ${SHORT_LIVED_MAX_SECONDS} s`,
    during ? [during] : [],
    entry,
  );
}

function attested({ index, data }: Told<'credential.granted'>): Finding {
  const { identity, method } = data.request;
  return identity !== null && method !== null
    ? finding('PASS', idOf(index), `${identity} by ${method}`, index)
    : finding('FAIL', idOf(index), 'granted without an attested identity', index);
}

/** Its source says when it ends: no static secret. */
const ends = ({ row }: Seen): boolean =>
  ['notAfter', 'expires'].some((name) => typeof row.attributes[name] === 'string');

function isStatic(each: Seen): Finding {
  const { key, identity, entry, attributes } = each.row;
  const why = `${String(attributes.kind ?? 'credential')} without an end`;
  if (identity === undefined && MAYBE_PERSONAL.has(attributes.kind))
    return finding('NOT_EVALUABLE', key, `${why}; nobody has said whether it is a machine's`, entry);
  const whose = identity === undefined ? 'nobody claimed it' : `of ${identity}`;
  return departure(key, `${why}, ${whose}`, spansOf(each), entry);
}

function staticSecrets(context: Context): Judged {
  const found = seen(context, 'credential')
    .filter((each) => !ends(each))
    .map((each) => unlessUnseen(context, isStatic(each)));
  const swept = context.told('sweep.recorded').length > 0;
  return judge(
    'every static credential that was found has a live exception',
    [...found, ...hiddenSeen(context)],
    {
      verdict: swept ? 'NOT_OCCURRING' : 'NOT_EVALUABLE',
      why: swept ? 'no static credential was found' : 'nothing was swept in the period',
    },
  );
}

/** Uses that a source told of, by whether they were made with a credential of this log. */
function shares(context: Context): Judged {
  const real = context.told('events.ingested').filter(({ data }) => data.drill === null);
  const sources = [...new Set(real.map(({ data }) => data.source))].sort();
  const found = sources.map((source) => {
    const uses = real.filter(({ data }) => data.source === source).flatMap(({ data }) => data.events);
    const good = uses.filter(({ outcome }) => outcome === 'success');
    const ours = good.filter(({ credential }) => credential !== null).length;
    const why = `${ours} of ${good.length} successful uses were with a credential of this log`;
    return finding(ours === good.length ? 'PASS' : 'NOT_EVALUABLE', source, why);
  });
  const hidden = context.withheld('events.ingested').map((entry) => withheldFinding(entry));
  return judge('uses at each system are with short-lived credentials', [...found, ...hidden], {
    verdict: 'NOT_EVALUABLE',
    why: 'no system told of the uses of credentials: their share is not known',
  });
}

const NONE = { verdict: 'NOT_OCCURRING', why: 'no credential was granted or good in the period' } as const;

/** NHI-AUT-02: what is granted ends soon, goes to an attested identity, and what does not end has an exception. */
export function shortLivedByDefault(context: Context): Judged[] {
  const { closing } = context.input;
  const live = [...closing.tables.credential.values()].sort((a, b) => a.entry - b.entry);
  const hidden = context
    .withheldAnywhere('credential.granted')
    .map((entry) => withheldFinding(entry, idOf(entry.index)));
  return [
    judge(
      `every credential ends within ${SHORT_LIVED_MAX_SECONDS} s`,
      [...live.map((row) => lifetime(context, row)), ...hidden],
      NONE,
    ),
    judge(
      'every credential went to an attested identity',
      [...context.told('credential.granted').map(attested), ...hidden],
      NONE,
    ),
    staticSecrets(context),
    readWhole(context, 'static credential'),
    shares(context),
  ];
}
