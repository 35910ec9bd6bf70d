import type { Rows } from '../words/index.ts';
import { joined } from './facts.ts';
import { define, defineEvents } from './population.ts';

const tokenOf = (agent: string, tokens: Iterable<Rows['token']>): Rows['token'] | undefined =>
  [...tokens].find(({ usedBy }) => usedBy === agent);

export const agents = define<Rows['agent']>({
  question: 'Which agents attest processes and hold what is issued to them?',
  filter: 'every agent that had joined before the end of the period',
  order: 'by entry',
  columns: [
    ['agent', 'id', ({ id }) => id],
    ['name', 'as the token named it', ({ name }) => name],
    ['instance', 'id of the running agent', ({ instance }) => instance],
    ['key_hash', 'SHA-256 of its public key, hex', ({ keyHash }) => keyHash],
    ['joined', 'when', ({ joined: time }) => time],
    [
      'token',
      'id of the one-time token that let it in',
      ({ id }, { input }) => tokenOf(id, input.closing.tables.token.values())?.id ?? null,
    ],
    ['entry', 'index of the entry', ({ entry }) => entry],
  ],
  items: ({ input }) => [...input.closing.tables.agent.values()].sort((a, b) => a.entry - b.entry),
});

export const tokens = defineEvents<'token.created'>({
  question: 'Who made join tokens, and for which agent?',
  kinds: ['token.created'],
  columns: [
    ['token', 'id; its value is kept nowhere', ({ data }) => data.token],
    ['agent_name', 'whom it lets in', ({ data }) => data.agentName],
    ['trust', 'id of the trust that it serves', ({ data }) => data.trust],
    ['deadline', 'when it ends unused', ({ data }) => data.deadline],
    [
      'used_by',
      'id of the agent that used it',
      ({ data }, { input }) => input.closing.tables.token.get(data.token)?.usedBy ?? null,
    ],
  ],
});

export const requests = defineEvents<'requests.counted' | 'log.gap' | 'clock.jumped'>({
  question: 'What was turned away without an entry of its own, and where has the record a gap?',
  kinds: ['requests.counted', 'log.gap', 'clock.jumped'],
  columns: [
    ['source', 'where the requests came from', ({ data }) => ('source' in data ? data.source : null)],
    ['reason', 'why they were turned away', ({ data }) => ('reason' in data ? data.reason : null)],
    [
      'from',
      'start of the window, or the clock before it jumped',
      ({ data }) => ('from' in data ? data.from : data.before),
    ],
    ['to', 'its end, or the clock after', ({ data }) => ('to' in data ? data.to : data.after)],
    [
      'count',
      'how many; for a gap, refusals that have no entry',
      ({ data }) => ('count' in data ? data.count : 'refusals' in data ? data.refusals : null),
    ],
  ],
});

export const sessions = defineEvents<'session.opened' | 'session.ended'>({
  question: 'Which people signed in?',
  kinds: ['session.opened', 'session.ended'],
  columns: [
    ['person', 'id', ({ data }) => data.person],
    ['name', 'their name, or its commitment', ({ data }, facts) => facts.nameOf('person', data.person)],
    ['method', 'how they proved it', ({ data }) => ('method' in data ? data.method : null)],
    ['reason', 'why it ended', ({ data }) => ('reason' in data ? data.reason : null)],
  ],
});

export const bootstraps = defineEvents<'bootstrap.opened' | 'bootstrap.closed'>({
  question: 'When was one person enough?',
  kinds: ['bootstrap.opened', 'bootstrap.closed'],
  columns: [['reason', 'as given', ({ data }) => joined([data.reason])]],
});
