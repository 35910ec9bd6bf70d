import type { ObservedValue, Rows } from '#verifier';

/** The five answers that every audit asks for first, over what sweeps saw and what is declared. Pure. */
export const POSTURE_FINDINGS = ['inventory', 'rotation', 'permissions', 'monitoring', 'orphans'] as const;
export type PostureFinding = (typeof POSTURE_FINDINGS)[number];

export const SECRET_MAX_AGE_DAYS = 365;
const DAY_MS = 86_400_000;

type Observation = Rows['observation'];

/** A declared identity, as far as posture looks at it. */
export interface Registered {
  id: string;
  state: string;
  /** Whether an owner or deputy lives who answers for it. */
  answered: boolean;
}

export interface PostureInput {
  observations: Observation[];
  /** The latest sweep of each source and partition. */
  sweeps: Array<Rows['sweep']>;
  registered: Registered[];
  now: Date;
}

/** Part of a finding, with the list behind it: keys of observations. Things that are no observation have a count alone. */
export interface PosturePart {
  part: string;
  count: number;
  keys: string[];
}

export interface PostureAnswer {
  finding: PostureFinding;
  question: string;
  evaluable: boolean;
  /** False where something could not be read, so that there may be more. */
  whole: boolean;
  why: string;
  /** null where it is not evaluable: never zero for what was not looked at. */
  count: number | null;
  /** What to do next. */
  next: string;
  /** The list behind the count: keys of observations, and ids of declared identities. */
  keys: string[];
  identities: string[];
  parts: PosturePart[];
}

type Judged = Omit<PostureAnswer, 'finding' | 'question' | 'whole' | 'identities'> & {
  identities?: string[];
};

const QUESTIONS: Record<PostureFinding, string> = {
  inventory: 'Which identities and credentials are there?',
  rotation: 'Which secrets are older than a year?',
  permissions: 'Who can act as administrator, and by which path?',
  monitoring: 'Which identities leave no trace in any log that was read?',
  orphans: 'What has nobody, or nothing, left that it belongs to?',
};

const part = (name: string, rows: Observation[]): PosturePart => ({
  part: name,
  count: rows.length,
  keys: rows.map(({ key }) => key),
});

const keysOf = (parts: PosturePart[]): string[] => [...new Set(parts.flatMap(({ keys }) => keys))];

const number = (count: number, one: string, many: string): string => `${count} ${count === 1 ? one : many}`;

const notSwept = (why = 'no source was read'): Judged => ({
  evaluable: false,
  why,
  count: null,
  next: 'sweep this host with `muniment sweep host`, and add sources with `muniment source add`',
  keys: [],
  parts: [],
});

function inventory({ observations, sweeps }: PostureInput): Judged {
  const of = (wanted: string) => observations.filter((row) => row.class === wanted);
  const things = [...of('identity'), ...of('credential')];
  const unread = sweeps.reduce((sum, { denied, errors }) => sum + denied.length + errors.length, 0);
  const unregistered = part(
    'unregistered',
    things.filter(({ identity }) => identity === undefined),
  );
  return {
    evaluable: true,
    why: `${number(of('identity').length, 'identity', 'identities')}, ${number(of('credential').length, 'credential', 'credentials')}; ${unregistered.count} belong to no declared identity; ${number(unread, 'place', 'places')} not read`,
    count: things.length,
    next:
      unregistered.count > 0
        ? 'claim what is yours: `muniment claim KEY --identity NAME`'
        : 'keep sweeping: everything found has a declared identity',
    keys: things.map(({ key }) => key),
    parts: [
      part('identities', of('identity')),
      part('credentials', of('credential')),
      part('permissions', of('permission')),
      part('trusts', of('trust')),
      part('exposures', of('exposure')),
      unregistered,
      { part: 'not read', count: unread, keys: [] },
    ],
  };
}

/** Credentials that tell of a use and hold no secret of their own. */
const NO_SECRET: ReadonlySet<ObservedValue> = new Set(['ssh-login-seen']);

/** When the secret came to be, as far as is known: a file's last change is the earliest that its content can have been replaced. */
export function secretSince({ attributes }: Observation): Date | null {
  const { rotated, created, modified } = attributes;
  const known = [rotated, created, modified].find((value) => typeof value === 'string');
  const at = new Date(String(known));
  return Number.isNaN(at.getTime()) ? null : at;
}

function rotation({ observations, now }: PostureInput): Judged {
  const secrets = observations.filter(
    (row) => row.class === 'credential' && !NO_SECRET.has(row.attributes.kind ?? ''),
  );
  const limit = now.getTime() - SECRET_MAX_AGE_DAYS * DAY_MS;
  const old = part(
    'older than a year',
    secrets.filter((row) => (secretSince(row)?.getTime() ?? Number.POSITIVE_INFINITY) < limit),
  );
  const unknown = part(
    'age unknown',
    secrets.filter((row) => secretSince(row) === null),
  );
  const next = [
    old.count > 0 ? 'claim the oldest and put it under a rotation policy' : '',
    unknown.count > 0 ? 'find out when those of unknown age were made, or replace them' : '',
  ].filter((step) => step !== '');
  return {
    evaluable: true,
    why: `${old.count} of ${number(secrets.length, 'secret', 'secrets')} older than ${SECRET_MAX_AGE_DAYS} days; the age of ${unknown.count} is not known`,
    count: old.count,
    next: next.join('; ') || 'keep the interval: nothing is overdue',
    keys: old.keys,
    parts: [old, unknown],
  };
}

/** Parts by the word that an attribute holds, most frequent first. */
function partsBy(rows: Observation[], word: (row: Observation) => string): PosturePart[] {
  const groups = Map.groupBy(rows, word);
  return [...groups]
    .map(([name, members]) => part(name, members))
    .sort((a, b) => b.count - a.count || (a.part < b.part ? -1 : 1));
}

function permissions({ observations }: PostureInput): Judged {
  // Of a host, rights without its accounts are half of the answer, and the smaller one.
  const tellsOfRights = ({ class: kind, source, attributes }: Observation): boolean =>
    attributes.kind === 'host-account' || (kind === 'permission' && source !== 'host');
  if (!observations.some(tellsOfRights)) return notSwept('no source told of rights');
  const administrators = observations.filter(({ attributes }) => attributes.administrator === true);
  const parts = partsBy(administrators, ({ attributes }) => String(attributes.path ?? 'other'));
  return {
    evaluable: true,
    why:
      parts.map(({ part: path, count }) => `${count} by ${path}`).join(', ') ||
      'no path to administrator was seen',
    count: administrators.length,
    next:
      administrators.length > 0
        ? 'go through the paths and take away those that nobody needs; passwordless ones first'
        : 'check by hand: an estate without any administrator is unusual',
    keys: keysOf(parts),
    parts,
  };
}

/** Whether it left a trace: true, false, or null where no log or source would tell. */
function traceOf({ attributes }: Observation): boolean | null {
  if (typeof attributes.trace === 'boolean') return attributes.trace;
  return attributes.lastUsed === undefined ? null : attributes.lastUsed !== null;
}

function monitoring({ observations }: PostureInput): Judged {
  const identities = observations.filter((row) => row.class === 'identity');
  const with_ = (trace: boolean | null) => identities.filter((row) => traceOf(row) === trace);
  const unseen = part('no trace', with_(false));
  const unknown = part('no log that would tell', with_(null));
  const seen = part('seen', with_(true));
  if (unseen.count + seen.count === 0) {
    return {
      ...notSwept('no log could be read'),
      next: 'let the server read the journal (group `systemd-journal`) or /var/log, then sweep again',
      parts: [unknown],
    };
  }
  return {
    evaluable: true,
    why: `${unseen.count} of ${number(identities.length, 'identity', 'identities')} left no trace, ${seen.count} did; for ${unknown.count} no log that would tell was read`,
    count: unseen.count,
    next:
      unseen.count > 0 ? 'retire those that nobody uses, and log what the others do' : 'nothing is silent',
    keys: unseen.keys,
    parts: [unseen, unknown, seen],
  };
}

/** What is no longer there: retired identities by id, observations by key. */
interface Gone {
  identities: ReadonlySet<string>;
  observations: ReadonlySet<string>;
}

/** Why nothing is left that it belongs to, in words; undefined where something is. */
function orphanReason({ attributes, identity, class: kind }: Observation, gone: Gone): string | undefined {
  if (identity !== undefined && gone.identities.has(identity))
    return 'claimed for an identity that is retired';
  if (typeof attributes.holder === 'string' && gone.observations.has(attributes.holder))
    return 'what holds it is gone';
  if (attributes.accountExists === false) return 'its account is gone';
  if (attributes.execExists === false) return 'the program that it starts is gone';
  if (kind === 'trust' && attributes.accountMayLogIn === false) return 'opens an account that may not log in';
  return undefined;
}

const NOBODY = 'declared, and nobody answers for it';

function orphans({
  observations,
  registered,
  gone: lostKeys,
}: PostureInput & { gone: ReadonlySet<string> }): Judged {
  const retired = registered.filter(({ state }) => state === 'retired').map(({ id }) => id);
  const gone = { identities: new Set(retired), observations: lostKeys };
  const unanswered = registered.filter(({ state, answered }) => state !== 'retired' && !answered);
  const lost = observations.filter((row) => orphanReason(row, gone) !== undefined);
  const parts = partsBy(lost, (row) => orphanReason(row, gone) ?? '');
  const count = lost.length + unanswered.length;
  return {
    evaluable: true,
    why:
      [...parts, { part: NOBODY, count: unanswered.length }]
        .filter((each) => each.count > 0)
        .map((each) => `${each.count}: ${each.part}`)
        .join('; ') || 'everything found belongs to somebody or something that is there',
    count,
    next: count > 0 ? 'remove what is left over, or give it an owner' : 'nothing is left over',
    keys: keysOf(parts),
    identities: unanswered.map(({ id }) => id),
    parts: [...parts, { part: NOBODY, count: unanswered.length, keys: [] }],
  };
}

const JUDGES: Record<PostureFinding, (input: PostureInput & { gone: ReadonlySet<string> }) => Judged> = {
  inventory,
  rotation,
  permissions,
  monitoring,
  orphans,
};

/** All five, in order. Nothing is evaluable before a sweep read something. */
export function postureOf(given: PostureInput): PostureAnswer[] {
  const [present, gone] = [true, false].map((there) =>
    given.observations.filter((row) => row.present === there),
  );
  const input = { ...given, observations: present ?? [], gone: new Set(gone?.map(({ key }) => key)) };
  const swept = input.sweeps.some(({ verdict }) => verdict !== 'FAILED');
  const whole = swept && input.sweeps.every(({ verdict }) => verdict === 'COMPLETE');
  return POSTURE_FINDINGS.map((finding) => {
    const judged = swept ? JUDGES[finding](input) : notSwept();
    return {
      finding,
      question: QUESTIONS[finding],
      identities: [],
      ...judged,
      whole: judged.evaluable && whole,
    };
  });
}
