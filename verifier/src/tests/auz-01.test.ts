import type { ProfileSpec } from '../words/index.ts';
import { claim, day, except, grant, house, observe, type Story, sweep } from './testing/synthetic.ts';
import { after, table } from './testing/table.ts';

const WITHIN = 'within its profile';
const AUDIENCE = 'any audience';
const POLICY = 'everybody or everything';
const ADMIN = 'administrative right that was found';

const profile = (story: Story, more: Partial<ProfileSpec> = {}): Story =>
  story.change(`chg_prf_${story.entries.length}`, {
    kind: 'Profile',
    id: 'prf_web',
    after: { description: 'web', actions: ['issue-x509-svid'], maxTtlSeconds: 3600, ...more },
  });

const policy = (cedar: string) => (story: Story) =>
  story.change(`chg_pol_${story.entries.length}`, {
    kind: 'Policy',
    id: 'pol_all',
    after: { description: 'all', cedar, version: 'v' },
  });

const NAMED = 'permit (principal == M::I::"x", action == M::A::"y", resource);';

const sudo = (story: Story) =>
  observe(story, {
    key: 'obs_sudo',
    class: 'permission',
    label: 'may do all',
    attributes: { kind: 'sudo', administrator: true },
  });

table('NHI-AUZ-01', [
  { what: 'as it says', story: () => after(profile(house()), grant), clause: WITHIN, verdict: 'PASS' },
  { what: 'nothing granted', story: house, clause: WITHIN, verdict: 'NOT_OCCURRING' },
  {
    what: 'another action',
    story: () => after(profile(house(), { actions: ['issue-jwt-svid'] }), grant),
    clause: WITHIN,
    verdict: 'FAIL',
    says: /beyond profile web: action issue-x509-svid/,
  },
  {
    what: 'longer than it allows',
    story: () => after(profile(house(), { maxTtlSeconds: 60 }), grant),
    clause: WITHIN,
    verdict: 'FAIL',
    says: /3600 s of 60/,
  },
  {
    what: 'allowed again after the grant',
    story: () => after(profile(house(), { maxTtlSeconds: 60 }), grant, (story) => profile(story)),
    clause: WITHIN,
    verdict: 'FAIL',
  },
  {
    what: 'no profile',
    story: () => after(house(), grant),
    clause: WITHIN,
    verdict: 'FAIL',
    says: /no profile of its identity stood/,
  },
  {
    what: 'a withheld grant',
    story: () => after(profile(house()), grant).withhold('credential.granted'),
    clause: WITHIN,
    verdict: 'NOT_EVALUABLE',
  },
  { what: 'named audiences', story: () => profile(house()), clause: AUDIENCE, verdict: 'PASS' },
  {
    what: 'any audience for a while',
    story: () =>
      after(
        profile(house()),
        (story) => profile(story, { audiences: ['*'] }),
        (story) => profile(story.at(104)),
      ),
    clause: AUDIENCE,
    verdict: 'FAIL',
    says: /any audience/,
  },
  {
    what: 'any audience, by an exception for that while',
    story: () =>
      after(
        except(profile(house()), { control: 'NHI-AUZ-01', subject: 'prf_web', until: day(105) }),
        (story) => profile(story, { audiences: ['*'] }),
        (story) => profile(story.at(104)),
      ),
    clause: AUDIENCE,
    verdict: 'NOT_EVALUABLE',
    says: /1 under an approved exception/,
  },
  { what: 'everybody', story: house, clause: POLICY, verdict: 'FAIL', says: /without a condition/ },
  { what: 'named', story: () => policy(NAMED)(house()), clause: POLICY, verdict: 'PASS' },
  {
    what: 'everybody, mended within the period',
    story: () => after(house(), policy(NAMED)),
    clause: POLICY,
    verdict: 'FAIL',
  },
  {
    what: 'everybody under conditions',
    story: () => policy('permit (principal, action, resource) when { true };')(house()),
    clause: POLICY,
    verdict: 'NOT_EVALUABLE',
    says: /conditions that a person must read/,
  },
  {
    what: 'a text that cannot be followed',
    story: () => policy('permit ((principal), action, resource);')(house()),
    clause: POLICY,
    verdict: 'NOT_EVALUABLE',
  },
  { what: 'nothing swept', story: house, clause: ADMIN, verdict: 'NOT_EVALUABLE' },
  { what: 'none found', story: () => after(house(), sweep), clause: ADMIN, verdict: 'NOT_OCCURRING' },
  {
    what: 'an administrator whom nobody claimed',
    story: () => after(house(), sweep, sudo),
    clause: ADMIN,
    verdict: 'NOT_EVALUABLE',
  },
  {
    what: 'an identity that is an administrator',
    story: () => after(house(), sweep, sudo, (story) => claim(story, 'obs_sudo')),
    clause: ADMIN,
    verdict: 'FAIL',
    says: /idn_pay may act as administrator/,
  },
]);
