import type { Rows } from '../words/index.ts';
import { versions } from './declared.ts';
import { type Facts, joined } from './facts.ts';
import { define, defineEvents } from './population.ts';

export const rotations = versions('rotation', 'Which secrets are to be replaced, how, and how often?', [
  ['rotation', 'id', ({ row }) => row.id],
  ['name', 'declared name', ({ row }) => String(row.name)],
  ['identity', 'id of the identity whose secret it is', ({ row }) => row.spec.identity],
  ['identity_name', 'its name', ({ row }, facts) => facts.nameOf('identity', row.spec.identity)],
  [
    'observation',
    'key of what a sweep found of it; empty where none is named',
    ({ row }) => row.spec.observation ?? null,
  ],
  ['rotator', 'what does it', ({ row }) => row.spec.rotator],
  ['interval_days', 'how often', ({ row }) => row.spec.intervalDays],
  ['grace_hours', 'how long its consumer has to be seen with the new one', ({ row }) => row.spec.graceHours],
  ['rotated', 'when it was last completed', ({ row }) => row.rotated],
]);

type Run = Rows['rotation_run'];

const isOfPeriod = ({ ended }: Run, { input }: Facts): boolean =>
  ended === null || ended >= input.period.from;

export const rotationRuns = define<Run>({
  question: 'Which secrets were replaced, phase by phase, and was the old one shown to be dead?',
  filter: 'every run that was under way at some instant of the period',
  order: 'by entry',
  columns: [
    ['run', 'id', ({ id }) => id],
    ['rotation', 'id of the rotation', ({ rotation }) => rotation],
    ['identity', 'id of the identity', ({ identity }) => identity],
    ['cause', '`schedule` or `person`', ({ cause }) => cause],
    ['due', 'when it was due', ({ due }) => due],
    ['old', 'public fingerprint of the old secret', ({ old }) => old],
    ['new', 'public fingerprint of the new one', (run) => run.new],
    [
      'phases',
      'each with its time and entry',
      ({ phases }) => joined(phases.map(({ phase, time, entry }) => `${phase} ${time} (${entry})`)),
    ],
    ['stalled', 'why it waits; empty where it does not', ({ stalled }) => stalled?.cause ?? null],
    ['outcome', '`completed` or `abandoned`; empty while under way', ({ outcome }) => outcome],
    ['ended', 'when', ({ ended }) => ended],
    ['entry', 'index of the entry that began it', ({ entry }) => entry],
  ],
  items: (facts) =>
    [...facts.input.closing.tables.rotation_run.values()]
      .filter((run) => isOfPeriod(run, facts))
      .sort((a, b) => a.entry - b.entry),
});

type Alert = Rows['alert'];

export const alerts = define<Alert>({
  question: 'What departed from what is expected, who looked at it, and what came of it?',
  filter: 'every alert that was open at some instant of the period',
  order: 'by entry',
  columns: [
    ['alert', 'id', ({ id }) => id],
    ['detector', 'what raised it', ({ detector }) => detector],
    ['about', 'id of what it watches', ({ about }) => about],
    ['raised', 'when', ({ raised }) => raised],
    ['expected', 'what would have been in order', ({ expected }) => expected],
    ['seen', 'what was seen instead', ({ seen }) => seen],
    ['entries', 'entries that show it', ({ entries }) => joined(entries)],
    ['acknowledged', 'when somebody took it up', ({ acknowledged }) => acknowledged?.time ?? null],
    ['acknowledged_by', 'id of who did', ({ acknowledged }) => acknowledged?.by ?? null],
    ['resolved', 'when it was closed; empty while open', ({ resolved }) => resolved?.time ?? null],
    ['resolved_by', 'id of who closed it', ({ resolved }) => resolved?.by ?? null],
    ['outcome', '`incident`, `expected` or `false-alarm`', ({ resolved }) => resolved?.outcome ?? null],
    ['reason', 'as given', ({ resolved }) => resolved?.reason ?? null],
    ['entry', 'index of the entry that raised it', ({ entry }) => entry],
  ],
  items: ({ input }) =>
    [...input.closing.tables.alert.values()]
      .filter(({ resolved }) => resolved === null || resolved.time >= input.period.from)
      .sort((a, b) => a.entry - b.entry),
});

export const detectorTests = defineEvents<'detector.tested'>({
  question: 'Was each detector shown to be awake?',
  kinds: ['detector.tested'],
  columns: [
    ['detector', 'which', ({ data }) => data.detector],
    ['drill', 'entry of the made-up uses', ({ data }) => data.drill],
    ['alive', 'true where it woke', ({ data }) => data.alive],
    ['why', 'in words', ({ data }) => data.why],
  ],
});
