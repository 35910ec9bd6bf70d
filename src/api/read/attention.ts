import type { Known } from '../../store/index.ts';
import type { SEVERITIES } from '../contract/evidence.ts';
import type { Rooms } from '../handlers/rooms.ts';
import { countWaiting } from './queries.ts';
import type { Moment } from './when.ts';

/** What needs a person, the worst first. */

interface Line {
  severity: (typeof SEVERITIES)[number];
  what: [one: string, many: string];
  link: string;
  count: number;
}

async function countsAt({ log, registry, database: { db } }: Rooms, { when }: Moment, known: Known) {
  const [waiting, uses, sweeps, bootstrap, unanswered] = await Promise.all([
    countWaiting(db, known),
    log.rows('breakglass', when),
    log.rows('sweep', when),
    log.row('bootstrap', 'open', when),
    registry.countUnanswered(when),
  ]);
  return {
    ...waiting,
    unanswered,
    unreviewed: uses.filter(({ reviewed }) => reviewed === null).length,
    incomplete: sweeps.filter(({ verdict }) => verdict !== 'COMPLETE').length,
    bootstrap: bootstrap?.open ? 1 : 0,
  };
}

const linesOf = (counts: Awaited<ReturnType<typeof countsAt>>): Line[] => [
  {
    severity: 'high',
    what: [
      'break-glass key was used and nobody else has reviewed it',
      'break-glass keys were used and nobody else has reviewed it',
    ],
    link: '/break-glass',
    count: counts.unreviewed,
  },
  {
    severity: 'high',
    what: ['alert is open', 'alerts are open'],
    link: '/alerts?state=open',
    count: counts.alerts,
  },
  {
    severity: 'medium',
    what: ['finding is open', 'findings are open'],
    link: '/findings',
    count: counts.findings,
  },
  {
    severity: 'medium',
    what: ['identity has nobody who answers', 'identities have nobody who answers'],
    link: '/identities?state=active',
    count: counts.unanswered,
  },
  {
    severity: 'medium',
    what: ['sweep could not read everything', 'sweeps could not read everything'],
    link: '/found',
    count: counts.incomplete,
  },
  {
    severity: 'low',
    what: ['change waits for a signature', 'changes wait for a signature'],
    link: '/changes?state=proposed',
    count: counts.unsigned,
  },
  {
    severity: 'low',
    what: ['change is signed and waits to be applied', 'changes are signed and wait to be applied'],
    link: '/changes?state=proposed',
    count: counts.signed,
  },
  {
    severity: 'low',
    what: ['open bootstrap: enrol a second approver', ''],
    link: '/account',
    count: counts.bootstrap,
  },
];

export async function attentionAt(rooms: Rooms, moment: Moment, known: Known) {
  return linesOf(await countsAt(rooms, moment, known))
    .filter(({ count }) => count > 0)
    .map(({ what: [one, many], ...rest }) => ({ ...rest, what: rest.count === 1 ? one : many }));
}
