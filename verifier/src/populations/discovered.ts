import type { Rows } from '../words/index.ts';
import { joined, json } from './facts.ts';
import { define, defineEvents } from './population.ts';

const told = (items: Array<{ what: string; why: string }>): string =>
  joined(items.map(({ what, why }) => `${what}: ${why}`));

export const sweeps = defineEvents<'sweep.recorded'>({
  question: 'What was looked at, how completely, and what could not be read?',
  kinds: ['sweep.recorded'],
  columns: [
    ['sweep', 'id', ({ data }) => data.sweep],
    ['source', 'what was swept', ({ data }) => data.source],
    ['partition', 'which one of it', ({ data }) => data.partition],
    ['connector', 'code that looked, with its version', ({ data }) => data.connector],
    ['scope', 'declared before anything was read', ({ data }) => joined(data.scope)],
    ['started', 'when', ({ data }) => data.started],
    ['ended', 'when', ({ data }) => data.ended],
    ['calls', 'reads made', ({ data }) => data.calls],
    ['pages', 'pages read', ({ data }) => data.pages],
    ['end_seen', 'true where every listing was read to its end', ({ data }) => data.endSeen],
    ['items', 'how many were seen', ({ data }) => data.items],
    ['provider_count', "the source's own count; empty where it has none", ({ data }) => data.providerCount],
    ['errors', 'reads that failed', ({ data }) => told(data.errors)],
    ['denied', 'ranges that could not be read', ({ data }) => told(data.denied)],
    ['verdict', '`COMPLETE`, `PARTIAL` or `FAILED`', ({ data }) => data.verdict],
    ['why', 'in words', ({ data }) => data.why],
    ['list_digest', 'SHA-256 of the whole list, hex', ({ data }) => data.listDigest],
  ],
});

type Observation = Rows['observation'];

export const observations = define<Observation>({
  question: 'Which identities, credentials, rights and exposures were found, and are they still there?',
  filter:
    'every thing that a sweep had found and that was present at, or changed since, the start of the period',
  order: 'by key',
  columns: [
    ['key', 'the same thing has the same key in every sweep', ({ key }) => key],
    ['class', 'what sort of thing', (row) => row.class],
    ['source', 'where it was found', ({ source }) => source],
    ['label', 'what it is called, or its commitment', ({ label }, facts) => facts.opened(label)],
    ['present', 'true where the last sweep that could tell still saw it', ({ present }) => present],
    ['first_seen', 'when', ({ firstSeen }) => firstSeen],
    ['last_changed', 'when', ({ lastChanged }) => lastChanged],
    ['entry', 'index of its latest entry', ({ entry }) => entry],
    [
      'identity',
      'id of the identity that it was claimed for; empty where nobody did',
      (row) => row.identity ?? null,
    ],
    ['sweep', 'id of the sweep that wrote it', ({ sweep }) => sweep],
    [
      'attributes',
      'what was seen: never the value of a secret',
      ({ attributes }, facts) => json(attributes, facts),
    ],
  ],
  items: ({ input }) =>
    [...input.closing.tables.observation.values()]
      .filter(({ present, entry }) => present || entry >= input.opening.size)
      .sort((a, b) => (a.key < b.key ? -1 : 1)),
});

export const findings = define<Rows['finding']>({
  question: 'What did a person have to decide on?',
  filter: 'every finding that was open at some instant of the period',
  order: 'by entry of its opening',
  columns: [
    ['finding', 'id', ({ id }) => id],
    ['rule', 'what opened it', ({ rule }) => rule],
    ['subject', 'id of what it is about', ({ subject }) => subject],
    ['title', 'in words', ({ title }) => title],
    ['opened', 'when', ({ opened }) => opened],
    ['due', 'by when', ({ due }) => due],
    ['closed', 'when; empty while open', ({ closed }) => closed],
    ['reason', 'as given when it was closed', ({ reason }) => reason],
    ['entry', 'index of the entry that opened it', ({ entry }) => entry],
  ],
  items: ({ input }) =>
    [...input.closing.tables.finding.values()]
      .filter(({ closed }) => closed === null || closed >= input.period.from)
      .sort((a, b) => a.entry - b.entry),
});
