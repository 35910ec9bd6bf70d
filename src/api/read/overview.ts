import { VERDICTS } from '#verifier';
import { knownOf } from '../../store/index.ts';
import type { Rooms } from '../handlers/rooms.ts';
import { attentionAt } from './attention.ts';
import { viewControls } from './controls.ts';
import { countLive } from './living/queries.ts';
import { linesOf, postureAt } from './posture.ts';
import { countIdentities, countObservations, countSince } from './queries.ts';
import { entriesBefore, type Moment, periodEnd } from './when.ts';

const DAY_MS = 86_400_000;

/** The first page: verdicts, what needs a person, what was found here. */
export async function overviewAt(rooms: Rooms, moment: Moment) {
  const { log } = rooms;
  const known = await knownOf(rooms.database.db, moment.when);
  const [head, identities, controls, attention, found, posture, credentials] = await Promise.all([
    log.head(),
    countIdentities(rooms.database.db, known),
    controlsAt(rooms, moment),
    attentionAt(rooms, moment, known),
    countObservations(rooms.database.db, known),
    postureAt(rooms, moment),
    credentialsAt(rooms, moment),
  ]);
  return {
    controls,
    attention,
    found: { byClass: found },
    posture: linesOf(posture),
    identities,
    credentials,
    log: { size: head.size, time: head.time, origin: log.origin },
  };
}

async function controlsAt({ log, evidence }: Rooms, moment: Moment) {
  const to = await periodEnd(log, moment);
  const { results } = await evidence.verdicts(to === undefined ? {} : { to });
  const controls = viewControls(results, new Map());
  const counts = Object.fromEntries(
    VERDICTS.map((word) => [word, controls.filter(({ verdict }) => verdict === word).length]),
  ) as Record<(typeof VERDICTS)[number], number>;
  return { counts, items: controls.map(({ id, title, verdict, why }) => ({ id, title, verdict, why })) };
}

async function credentialsAt({ log, database: { db } }: Rooms, moment: Moment) {
  const before = await entriesBefore(log, moment);
  const dayBefore = await log.sizeAt(new Date(Date.parse(moment.now) - DAY_MS).toISOString());
  const [live, granted24h, refused24h] = await Promise.all([
    countLive(db, moment),
    countSince(db, 'row_credential', dayBefore, before),
    countSince(db, 'row_refusal', dayBefore, before),
  ]);
  return { live, granted24h, refused24h };
}
