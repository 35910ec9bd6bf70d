import { VERDICTS } from '#verifier';
import type { Rooms } from '../handlers/rooms.ts';
import { viewControls } from './controls.ts';
import { stateOf } from './credentials.ts';
import { linesOf, postureAt } from './posture.ts';
import { countSince, unendedCredentials } from './queries.ts';
import { entriesBefore, locksAt, type Moment, periodEnd } from './when.ts';

const DAY_MS = 86_400_000;

const tally = (words: string[]): Record<string, number> => {
  const counts: Record<string, number> = {};
  for (const word of words) counts[word] = (counts[word] ?? 0) + 1;
  return counts;
};

/** The first page: verdicts, what needs a person, what was found here. */
export async function overviewAt(rooms: Rooms, moment: Moment) {
  const { log } = rooms;
  const [head, identities] = await Promise.all([log.head(), log.rows('identity', moment.when)]);
  const [controls, attention, found, posture, credentials] = await Promise.all([
    controlsAt(rooms, moment),
    attentionAt(rooms, moment),
    foundAt(rooms, moment),
    postureAt(rooms, moment),
    credentialsAt(rooms, moment),
  ]);
  return {
    controls,
    attention,
    found,
    posture: linesOf(posture),
    identities: tally(identities.map(({ state }) => state)),
    credentials,
    log: { size: head.size, time: head.time, origin: log.origin },
  };
}

async function controlsAt({ log, evidence }: Rooms, moment: Moment) {
  const to = await periodEnd(log, moment);
  const { results } = await evidence.verdicts(to === undefined ? {} : { to });
  const controls = viewControls(results);
  const counts = Object.fromEntries(
    VERDICTS.map((word) => [word, controls.filter(({ verdict }) => verdict === word).length]),
  ) as Record<(typeof VERDICTS)[number], number>;
  return { counts, items: controls.map(({ id, title, verdict, why }) => ({ id, title, verdict, why })) };
}

async function attentionAt({ log, registry }: Rooms, { when }: Moment) {
  const [changes, findings, uses, sweeps, bootstrap, { items }] = await Promise.all([
    log.rows('change', when),
    log.rows('finding', when),
    log.rows('breakglass', when),
    log.rows('sweep', when),
    log.row('bootstrap', 'open', when),
    registry.listIdentities({ state: 'active', limit: Number.MAX_SAFE_INTEGER }, when),
  ]);
  const waiting = (signed: boolean) =>
    changes.filter(({ state, approvals }) => state === 'proposed' && approvals.length > 0 === signed).length;
  const all: Array<{ what: [one: string, many: string]; link: string; count: number }> = [
    {
      what: [
        'break-glass key was used and nobody else has reviewed it',
        'break-glass keys were used and nobody else has reviewed it',
      ],
      link: '/findings',
      count: uses.filter(({ reviewed }) => reviewed === null).length,
    },
    {
      what: ['change waits for a signature', 'changes wait for a signature'],
      link: '/changes?state=proposed',
      count: waiting(false),
    },
    {
      what: ['change is signed and waits to be applied', 'changes are signed and wait to be applied'],
      link: '/changes?state=proposed',
      count: waiting(true),
    },
    {
      what: ['finding is open', 'findings are open'],
      link: '/findings',
      count: findings.filter(({ closed }) => closed === null).length,
    },
    {
      what: ['identity has nobody who answers', 'identities have nobody who answers'],
      link: '/identities?state=active',
      count: items.filter(({ standing }) => standing.standing !== 'owner' && standing.standing !== 'deputy')
        .length,
    },
    {
      what: ['sweep could not read everything', 'sweeps could not read everything'],
      link: '/found',
      count: sweeps.filter(({ verdict }) => verdict !== 'COMPLETE').length,
    },
    {
      what: ['open bootstrap: enrol a second approver', ''],
      link: '/account',
      count: bootstrap?.open ? 1 : 0,
    },
  ];
  return all
    .filter(({ count }) => count > 0)
    .map(({ what: [one, many], ...rest }) => ({ ...rest, what: rest.count === 1 ? one : many }));
}

async function foundAt({ log }: Rooms, { when }: Moment) {
  const [sweeps, observations] = await Promise.all([log.rows('sweep', when), log.rows('observation', when)]);
  const present = observations.filter((row) => row.present);
  const last = sweeps.sort((a, b) => (a.ended < b.ended ? 1 : -1))[0];
  const sweep =
    last === undefined
      ? null
      : { verdict: last.verdict, when: last.ended, items: last.items, denied: last.denied, why: last.why };
  return { sweep, byClass: tally(present.map((row) => row.class)) };
}

async function credentialsAt({ log, database: { db } }: Rooms, moment: Moment) {
  const { size, now } = moment;
  const [locks, before] = [await locksAt(log, moment), await entriesBefore(log, moment)];
  const unended = await unendedCredentials(db, size, now);
  const dayBefore = await log.sizeAt(new Date(Date.parse(now) - DAY_MS).toISOString());
  return {
    live: unended.filter((row) => stateOf(row, locks, now).state === 'live').length,
    granted24h: await countSince(db, 'row_credential', dayBefore, before),
    refused24h: await countSince(db, 'row_refusal', dayBefore, before),
  };
}
