import { claim, day, except, grant, house, observe, type Story, sweep } from './testing/synthetic.ts';
import { after, table } from './testing/table.ts';

const ENDS = 'every credential ends';
const ATTESTED = 'attested identity';
const STATIC = 'static credential that was found';
const WHOLE = 'read whole';
const USES = 'uses at each system';

const use = (credential: number | null) => ({
  at: day(102),
  identity: 'idn_pay',
  instance: null,
  credential,
  action: 'read',
  outcome: 'success' as const,
  address: null,
});

const told = (credential: number | null) => (story: Story) =>
  story.add('events.ingested', '', {
    source: 'billing',
    batch: '1',
    drill: null,
    events: [use(credential)],
    signature: null,
  });

table('NHI-AUT-02', [
  { what: 'an hour', story: () => after(house(), grant), clause: ENDS, verdict: 'PASS' },
  { what: 'nothing granted', story: house, clause: ENDS, verdict: 'NOT_OCCURRING' },
  { what: 'an hour', story: () => after(house(), grant), clause: ATTESTED, verdict: 'PASS' },
  {
    what: 'thirty days',
    story: () =>
      after(house(), (story) => {
        grant(story);
        const data = story.last('credential.granted');
        data.credential.ttlSeconds = 30 * 86_400;
      }),
    clause: ENDS,
    verdict: 'FAIL',
    says: /for 2592000 s, more than 86400 s/,
  },
  {
    what: 'granted on a claim',
    story: () => after(house(), (story) => grant(story, { request: { method: null } })),
    clause: ATTESTED,
    verdict: 'FAIL',
  },
  {
    what: 'a withheld grant',
    story: () => after(house(), grant).withhold('credential.granted'),
    clause: ENDS,
    verdict: 'NOT_EVALUABLE',
  },
  { what: 'nothing swept', story: house, clause: STATIC, verdict: 'NOT_EVALUABLE' },
  { what: 'nothing found', story: () => after(house(), sweep), clause: STATIC, verdict: 'NOT_OCCURRING' },
  {
    what: 'a secret in the environment of a unit',
    story: () => after(house(), sweep, observe),
    clause: STATIC,
    verdict: 'FAIL',
    says: /environment-secret without an end, nobody claimed it/,
  },
  {
    what: 'a secret that was gone again within the period',
    story: () => after(house(), sweep, observe, (story) => observe(story.at(103), { change: 'gone' })),
    clause: STATIC,
    verdict: 'FAIL',
  },
  {
    what: 'a secret that was gone before the period',
    story: () => {
      const story = house();
      observe(story.at(91));
      observe(story.at(92), { change: 'gone' });
      return after(story, sweep);
    },
    clause: STATIC,
    verdict: 'NOT_OCCURRING',
  },
  {
    what: 'a password that may be a person’s',
    story: () => after(house(), sweep, (story) => observe(story, { attributes: { kind: 'host-password' } })),
    clause: STATIC,
    verdict: 'NOT_EVALUABLE',
    says: /nobody has said whether it is a machine's/,
  },
  {
    what: 'a password that was claimed for an identity',
    story: () =>
      after(
        house(),
        sweep,
        (story) => observe(story, { attributes: { kind: 'host-password' } }),
        (story) => claim(story),
      ),
    clause: STATIC,
    verdict: 'FAIL',
  },
  {
    what: 'a certificate that ends',
    story: () =>
      after(house(), sweep, (story) =>
        observe(story, { attributes: { kind: 'tls-certificate', notAfter: day(140) } }),
      ),
    clause: STATIC,
    verdict: 'NOT_OCCURRING',
  },
  {
    what: 'a secret with an approved exception',
    story: () => {
      const story = except(house(), { control: 'NHI-AUT-02', subject: 'obs_token' });
      return after(story, sweep, observe);
    },
    clause: STATIC,
    verdict: 'NOT_EVALUABLE',
    says: /1 under an approved exception/,
  },
  { what: 'a whole sweep', story: () => after(house(), sweep), clause: WHOLE, verdict: 'PASS' },
  {
    what: 'a short sweep',
    story: () => after(house(), (story) => sweep(story, { verdict: 'PARTIAL', why: 'denied /root' })),
    clause: WHOLE,
    verdict: 'NOT_EVALUABLE',
    says: /denied \/root/,
  },
  { what: 'no system told', story: house, clause: USES, verdict: 'NOT_EVALUABLE' },
  { what: 'uses with ours', story: () => after(house(), told(7)), clause: USES, verdict: 'PASS' },
  {
    what: 'a use with something else',
    story: () => after(house(), told(null)),
    clause: USES,
    verdict: 'NOT_EVALUABLE',
    says: /0 of 1 successful uses/,
  },
]);
