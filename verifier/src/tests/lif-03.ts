import type { Entry, Kind, Probe, ProbePoint, Rows } from '../words/index.ts';
import type { Context, Told } from './context.ts';
import { killed } from './killed.ts';
import { type Finding, finding, type Judged, judge, stated, withheldFinding } from './result.ts';

/** Promised: from the lock's entry to the last refusal seen, for 95 of 100 tries. */
export const REFUSAL_TARGET_P95_MS = 5_000;

const POINTS: Record<Rows['credential']['credential']['type'], readonly ProbePoint[]> = {
  'x509-svid': ['api-renewal', 'agent-stream', 'crl', 'openssl'],
  'jwt-svid': ['api-renewal', 'introspection'],
  'agent-x509': ['api-renewal', 'crl', 'openssl'],
  'access-token': ['introspection'],
};

type Lock = Rows['lock'];

const GRANTING: readonly Kind[] = ['credential.granted', 'resource.declared', 'resource.retired'];

interface Proof {
  lock: Lock;
  /** Every credential that the lock covers, was granted before it, and had not ended. */
  dead: Rows['credential'][];
  probes: Probe[];
  /** An entry out of sight that may be of a covered credential, or say whose it was. */
  hidden: Entry | undefined;
}

/** Locks that the period placed. A lock placed before it is an event of its own period. */
const placed = ({ input, told }: Context): Lock[] =>
  told('lock.placed').flatMap(({ data }) => input.closing.tables.lock.get(data.lock) ?? []);

type Records = ReadonlyMap<string, Told<'probe.recorded'>[]>;

function proofOf(context: Context, lock: Lock, records: Records): Proof {
  const probes = (records.get(lock.id) ?? []).flatMap(({ data }) => data.probes);
  const hidden = context.withheldAnywhere(...GRANTING).find(({ index }) => index < lock.entry);
  return { lock, dead: killed(lock, context.input, context.history), probes, hidden };
}

const told = ({ point, credential, outcome, detail, latencyMs }: Probe): string =>
  `${point}${credential === null ? '' : ` (credential ${credential})`} ${outcome}` +
  `${latencyMs === null ? '' : ` after ${latencyMs} ms`}${detail ? `: ${detail}` : ''}`;

/** Points that could not be tried are the next clause's matter. */
function refused({ lock, dead, probes, hidden }: Proof): Finding[] {
  const tries = probes.filter(({ outcome }) => outcome !== 'NOT_EVALUABLE');
  if (tries.length === 0) {
    if (hidden) return [withheldFinding(hidden, lock.id)];
    return dead.length === 0
      ? [finding('NOT_OCCURRING', lock.id, 'no live credential was covered', lock.entry)]
      : [finding('NOT_EVALUABLE', lock.id, `${dead.length} credentials died untried`, lock.entry)];
  }
  const verdict = ({ outcome }: Probe) => (outcome === 'REFUSED' ? 'PASS' : 'FAIL');
  return tries.map((probe) => finding(verdict(probe), lock.id, told(probe), lock.entry));
}

/** A try without a credential stands for the whole point; one with it, for that credential. */
const isTried = (probes: Probe[], point: ProbePoint, entry: number): boolean =>
  probes.some(
    (probe) =>
      probe.point === point &&
      probe.outcome !== 'NOT_EVALUABLE' &&
      (probe.credential === null || probe.credential === entry),
  );

function everywhere({ lock, dead, probes, hidden }: Proof): Finding[] {
  if (hidden) return [withheldFinding(hidden, lock.id)];
  const missing = dead.flatMap(({ entry, credential }) =>
    POINTS[credential.type]
      .filter((point) => !isTried(probes, point, entry))
      .map((point) => `${point} (credential ${entry})`),
  );
  if (dead.length === 0)
    return [finding('NOT_OCCURRING', lock.id, 'no live credential was covered', lock.entry)];
  return missing.length === 0
    ? [finding('PASS', lock.id, 'every covered credential was tried at every point', lock.entry)]
    : [finding('NOT_EVALUABLE', lock.id, `not tried: ${missing.join(', ')}`, lock.entry)];
}

/** Nearest rank: the smallest value that at least 95 of 100 do not exceed. */
const p95 = (values: number[]): number | undefined =>
  [...values].sort((a, b) => a - b)[Math.ceil(values.length * 0.95) - 1];

const IN_TIME = `refused within ${REFUSAL_TARGET_P95_MS} ms, 95 of 100 tries`;

function inTime(proofs: Proof[], hidden: Finding[]): Judged {
  const [first] = hidden;
  if (first) return stated(IN_TIME, 'NOT_EVALUABLE', first.why, proofs.length + hidden.length);
  const tries = proofs.flatMap(({ probes }) => probes).filter(({ outcome }) => outcome === 'REFUSED');
  const times = tries.flatMap(({ latencyMs }) => latencyMs ?? []);
  const latest = p95(times);
  if (latest === undefined) return stated(IN_TIME, 'NOT_EVALUABLE', 'no refusal was timed');
  const why = `p95 is ${latest} ms over ${times.length} refusals (upper bound: the try has its own delay)`;
  if (latest > REFUSAL_TARGET_P95_MS) return stated(IN_TIME, 'FAIL', why, times.length);
  return times.length < tries.length
    ? stated(
        IN_TIME,
        'NOT_EVALUABLE',
        `${why}; ${tries.length - times.length} refusals were not timed`,
        tries.length,
      )
    : stated(IN_TIME, 'PASS', why, times.length);
}

/** The shapes that a credential has in text: a compact JWT, and PEM. */
const SECRET = /(?<=eyJ[\w-]+)\.[\w-]+\.[\w-]|-----BEGIN /;

function silent({ lock, probes }: Proof): Finding[] {
  if (probes.length === 0) return [];
  return probes.some(({ detail }) => SECRET.test(detail))
    ? [finding('FAIL', lock.id, 'a probe wrote the credential down', lock.entry)]
    : [finding('PASS', lock.id, 'no probe wrote a credential down', lock.entry)];
}

/** NHI-LIF-03: what was taken away is shown to be refused where it was used, within the promised time. */
export function revocationWorks(context: Context): Judged[] {
  const records = Map.groupBy(context.told('probe.recorded'), ({ data }) => data.lock);
  const proofs = placed(context).map((lock) => proofOf(context, lock, records));
  const hidden = context.withheld('lock.placed', 'probe.recorded').map((entry) => withheldFinding(entry));
  const none = { verdict: 'NOT_OCCURRING' as const, why: 'nothing was locked in the period' };
  const over = (clause: string, rule: (proof: Proof) => Finding[], empty: typeof none = none): Judged =>
    judge(clause, [...proofs.flatMap(rule), ...hidden], empty);
  const hasLocks = proofs.length + hidden.length > 0;
  return [
    over('the dead credential is refused where it was tried', refused),
    over('every covered credential was tried at every point', everywhere),
    hasLocks ? inTime(proofs, hidden) : stated(IN_TIME, none.verdict, none.why),
    over('no probe writes a credential down', silent, { ...none, why: 'no try is on record' }),
  ];
}
