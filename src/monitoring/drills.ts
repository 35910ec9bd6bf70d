import { type DetectorName, DETECTORS as NAMES, type Rows } from '#verifier';
import { type Clock, derivedId, newId, timestamp } from '../kernel/index.ts';
import type { Database, Draft, Log } from '../store/index.ts';
import { DETECTORS } from './detectors/index.ts';
import { lastDrill } from './queries.ts';

const DETECTOR_DEAD = 'detector-dead';
const DRILL_SOURCE = 'drill';
const DUE_MS = 86_400_000;

interface Needs {
  database: Database;
  log: Log;
  clock: Clock;
}

/** Made-up uses for one detector: they go into the log and come to it the way that real ones do. */
const drillDraft = (detector: DetectorName, now: Date): Draft => ({
  kind: 'events.ingested',
  subject: detector,
  actor: 'sys',
  data: {
    source: DRILL_SOURCE,
    batch: newId('request'),
    drill: detector,
    events: DETECTORS[detector].drill(now),
    signature: null,
  },
});

/** What a watcher that stands still cannot say itself: the last drill was never answered. */
async function unanswered({ database, log }: Needs, detector: DetectorName): Promise<Draft[]> {
  const drill = await lastDrill(database.db, detector);
  const answered = (await log.row('detector', detector))?.drill ?? -1;
  if (drill === undefined || answered >= drill) return [];
  const data = { detector, drill, alive: false, why: 'did not answer' };
  return [{ kind: 'detector.tested', subject: detector, actor: 'sys', data }];
}

/** Fires a test event at every detector, and records those that never answered the last one. */
export async function drill(needs: Needs): Promise<void> {
  const now = needs.clock.now();
  const drafts: Draft[] = [];
  for (const name of NAMES) drafts.push(...(await unanswered(needs, name)), drillDraft(name, now));
  await needs.log.append(drafts);
  await reconcileDetectorFindings(needs);
}

const findingOf = ({ detector, drill, why }: Rows['detector'], now: Date): Draft => ({
  kind: 'finding.opened',
  subject: detector,
  actor: 'sys',
  data: {
    finding: derivedId('finding', `${DETECTOR_DEAD}\n${detector}\n${drill}`),
    rule: DETECTOR_DEAD,
    subject: detector,
    title: `the detector \`${detector}\` does not wake to its test event: ${why}`,
    due: timestamp(new Date(now.getTime() + DUE_MS)),
  },
});

/** Findings to open on dead detectors and to close on those that live again. Pure. */
export function detectorFindings(
  detectors: readonly Rows['detector'][],
  findings: readonly Rows['finding'][],
  now: Date,
): Draft[] {
  const open = findings.filter(({ rule, closed }) => rule === DETECTOR_DEAD && closed === null);
  const hasOne = new Set(open.map(({ subject }) => subject));
  const alive = new Set<string>(detectors.flatMap(({ detector, alive }) => (alive ? [detector] : [])));
  const dead = detectors.filter((each) => !each.alive && !hasOne.has(each.detector));
  const over = open.filter(({ subject }) => alive.has(subject));
  return [
    ...dead.map((each) => findingOf(each, now)),
    ...over.map(
      ({ id, subject }): Draft => ({
        kind: 'finding.closed',
        subject,
        actor: 'sys',
        data: { finding: id, reason: 'the detector answered its test event' },
      }),
    ),
  ];
}

export async function reconcileDetectorFindings({ log, clock }: Omit<Needs, 'database'>): Promise<void> {
  const drafts = detectorFindings(await log.rows('detector'), await log.rows('finding'), clock.now());
  if (drafts.length > 0) await log.append(drafts);
}
