import { ADA, grant, house, lock, Story, sweep } from './testing/synthetic.ts';
import { after, table } from './testing/table.ts';

const ADMINS = 'every administrator';
const AGENTS = 'every agent';
const CONNECTORS = 'every connector';
const ACTS = 'every act';

const admin = (approver: string | null) => (story: Story) => {
  const spec = { roles: ['admin' as const], keys: [ADA.key], status: 'active' as const };
  const after = { ...spec, displayName: story.commit('Eve') };
  return story.change('chg_eve', { kind: 'Person', id: 'per_eve', after }, { approver });
};

const token = (story: Story) =>
  story.add(
    'token.created',
    'tok_1',
    { token: 'tok_1', trust: 'tru_pay', agentName: 'a', deadline: story.now() },
    'per_ada',
  );

const join = (story: Story) =>
  story.add('agent.joined', 'agt_1', {
    agent: 'agt_1',
    name: 'a',
    instance: 'ins_1',
    token: 'tok_1',
    keyHash: 'aa',
  });

const connector = (story: Story) => story.identity('idn_muniment-connector-host');

table('NHI-GOV-06', [
  { what: 'nobody', story: () => new Story().at(90), clause: ADMINS, verdict: 'NOT_OCCURRING' },
  {
    what: 'enrolled in the first days',
    story: house,
    clause: ADMINS,
    verdict: 'NOT_EVALUABLE',
    says: /bootstrap/,
  },
  {
    what: 'made by one person',
    story: () => after(house(), admin(null)),
    clause: ADMINS,
    verdict: 'FAIL',
  },
  { what: 'no agent', story: house, clause: AGENTS, verdict: 'NOT_OCCURRING' },
  { what: 'let in', story: () => after(house(), token, join), clause: AGENTS, verdict: 'PASS' },
  { what: 'let in by nothing', story: () => after(house(), join), clause: AGENTS, verdict: 'FAIL' },
  {
    what: 'a withheld token',
    story: () => after(house(), token, join).withhold('token.created'),
    clause: AGENTS,
    verdict: 'NOT_EVALUABLE',
  },
  { what: 'nothing swept', story: house, clause: CONNECTORS, verdict: 'NOT_OCCURRING' },
  {
    what: 'not registered',
    story: () => after(house(), sweep),
    clause: CONNECTORS,
    verdict: 'FAIL',
    says: /no identity `muniment-connector-host` is registered/,
  },
  { what: 'registered', story: () => after(connector(house()), sweep), clause: CONNECTORS, verdict: 'PASS' },
  { what: 'nobody acted', story: () => after(house(), grant), clause: ACTS, verdict: 'NOT_OCCURRING' },
  {
    what: 'a person acted',
    story: () => after(house(), (story) => lock(story)),
    clause: ACTS,
    verdict: 'PASS',
  },
  {
    what: 'the local operator acted',
    story: () => after(house(), (story) => story.add('lock.lifted', 'lok_1', { lock: 'lok_1', reason: 'x' })),
    clause: ACTS,
    verdict: 'NOT_EVALUABLE',
    says: /no person is named/,
  },
  {
    what: 'somebody else acted',
    story: () =>
      after(house(), (story) => story.add('lock.lifted', 'lok_1', { lock: 'lok_1', reason: 'x' }, 'per_x')),
    clause: ACTS,
    verdict: 'FAIL',
  },
  { what: 'keys', story: house, clause: 'own keys', verdict: 'NOT_EVALUABLE' },
]);
