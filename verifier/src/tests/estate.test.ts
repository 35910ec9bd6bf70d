import type { EntryData, ObservedValue } from '../words/index.ts';
import { day, house, observe, type Story, sweep } from './testing/synthetic.ts';
import { after, type Case, table } from './testing/table.ts';

type Seen = EntryData['observation.recorded'];
type Step = (story: Story) => unknown;

/** Something that a sweep of a cloud saw on a day. */
const see =
  (at: number, attributes: Record<string, ObservedValue>, more: Partial<Seen> = {}): Step =>
  (story) =>
    observe(story.at(at), {
      ...{ source: 'cloud', partition: 'one', key: 'cloud/identity/a', class: 'identity', label: 'a' },
      attributes: { kind: 'cloud-user', ...attributes },
      ...more,
    });
const sweeps =
  (at: number): Step =>
  (story) =>
    sweep(story.at(at), { source: 'cloud', partition: 'one' });
const claim =
  (at: number, observation = 'cloud/identity/a', identity = 'idn_pay'): Step =>
  (story) =>
    story.at(at).add('observation.claimed', identity, { observation, identity }, 'per_ada');
const dismiss =
  (at: number, until: number): Step =>
  (story) =>
    story
      .at(at)
      .add(
        'observation.disposed',
        '',
        { observation: 'cloud/identity/a', disposition: 'dismissed', reason: 'a test', until: day(until) },
        'per_ada',
      );
const finds =
  (rule: string, at: number, due: number): Step =>
  (story) =>
    story.at(at).add('finding.opened', '', {
      ...{
        finding: 'fnd_1',
        rule,
        subject: 'cloud/identity/a',
        title: 'it was made by nobody',
        due: day(due),
      },
    });
const closes =
  (at: number): Step =>
  (story) =>
    story.at(at).add('finding.closed', '', { finding: 'fnd_1', reason: 'explained' });
const told =
  (...steps: Step[]) =>
  () =>
    after(house(), ...steps);

const one = (what: string, steps: Step[], clause: string, verdict: Case['verdict'], says?: RegExp): Case => ({
  ...{ what, story: told(...steps), clause, verdict },
  ...(says === undefined ? {} : { says }),
});

table('NHI-INV-03', [
  one('a source that no other knows', [sweeps(101)], 'compared', 'NOT_EVALUABLE', /second side/),
  one(
    'two sources that know one thing',
    [
      sweeps(101),
      see(101, {}),
      (story) =>
        story.add('observation.joined', '', {
          a: 'cloud/identity/a',
          b: 'code/identity/b',
          reason: 'one key',
        }),
    ],
    'compared',
    'PASS',
    /compared with code/,
  ),
  one('a mismatch past its day', [finds('unapproved-creation', 101, 104)], 'mismatch', 'FAIL', /unsettled/),
  one(
    'a mismatch explained in time',
    [finds('unapproved-creation', 101, 104), closes(103)],
    'mismatch',
    'PASS',
  ),
  one('a mismatch explained late', [finds('partition-missing', 101, 104), closes(110)], 'mismatch', 'FAIL'),
  one('no mismatch', [sweeps(101)], 'mismatch', 'NOT_OCCURRING'),
]);

const APPEARS = 'what appears';
table('NHI-INV-04', [
  one('claimed in time', [sweeps(101), see(101, {}), claim(105)], APPEARS, 'PASS'),
  one('dismissed in time', [sweeps(101), see(101, {}), dismiss(105, 200)], APPEARS, 'PASS'),
  one('gone in time', [sweeps(101), see(101, {}), see(104, {}, { change: 'gone' })], APPEARS, 'PASS'),
  one('claimed late', [sweeps(101), see(101, {}), claim(115)], APPEARS, 'FAIL', /undecided after/),
  one('never decided on', [sweeps(101), see(101, {})], APPEARS, 'FAIL'),
  one('still within its time', [sweeps(128), see(128, {})], APPEARS, 'NOT_OCCURRING'),
  one('nothing swept', [], APPEARS, 'NOT_EVALUABLE'),
]);

const right = (at: number, attributes: Record<string, ObservedValue>, more: Partial<Seen> = {}): Step =>
  see(
    at,
    { kind: 'cloud-rights', holder: 'cloud/identity/a', ...attributes },
    { class: 'permission', key: 'cloud/permission/a', ...more },
  );

const RIGHTS = 'rights of every privileged';
table('NHI-INV-05', [
  one(
    'productive, rights read',
    [sweeps(101), see(101, { environment: 'production' }), right(101, { grants: ['x'] })],
    RIGHTS,
    'PASS',
  ),
  one(
    'productive, rights not read',
    [sweeps(101), see(101, { environment: 'production' })],
    RIGHTS,
    'NOT_EVALUABLE',
    /no list/,
  ),
  one('environment not told', [sweeps(101), see(101, {})], RIGHTS, 'NOT_EVALUABLE', /environment/),
  one('neither', [sweeps(101), see(101, { environment: 'test' })], RIGHTS, 'NOT_OCCURRING'),
  one(
    'reaches personal data',
    [sweeps(101), right(101, { reaches: ['personal-data'] })],
    'processing record',
    'NOT_EVALUABLE',
    /no processing record/,
  ),
  one('reaches none', [sweeps(101), right(101, { reaches: ['test'] })], 'processing record', 'PASS'),
]);

const secret = (key: string, attributes: Record<string, ObservedValue>): Step =>
  see(101, { kind: 'secret', ...attributes }, { class: 'credential', key: `cloud/credential/${key}` });
const PLACES = 'two places';
table('NHI-AUT-01', [
  one(
    'one secret at one place',
    [sweeps(101), secret('a', { fingerprint: 'f', location: '/a' })],
    PLACES,
    'PASS',
  ),
  one(
    'one secret at two places',
    [
      sweeps(101),
      secret('a', { fingerprint: 'f', location: '/a' }),
      secret('b', { fingerprint: 'f', location: '/b' }),
    ],
    PLACES,
    'FAIL',
    /in 2 places/,
  ),
  one(
    'two sides of one public key',
    [
      sweeps(101),
      secret('a', { fingerprint: 'SHA256:f', location: '/a' }),
      secret('b', { fingerprint: 'SHA256:f', location: '/b' }),
    ],
    PLACES,
    'PASS',
  ),
  one('two consumers', [sweeps(101), secret('a', { usedAt: ['x', 'y'] })], PLACES, 'FAIL'),
  one('no place told', [sweeps(101), secret('a', { fingerprint: 'f' })], PLACES, 'NOT_EVALUABLE', /not told/),
]);

const exposed = (at: number, change: Seen['change'] = 'new'): Step =>
  see(at, { kind: 'exposed' }, { class: 'exposure', key: 'cloud/exposure/a', change });
table('NHI-AUT-04', [
  one('gone in time', [sweeps(101), exposed(101), exposed(105, 'gone')], 'exposed secret', 'PASS'),
  one('gone late', [sweeps(101), exposed(101), exposed(115, 'gone')], 'exposed secret', 'FAIL'),
  one('still there', [sweeps(101), exposed(101)], 'exposed secret', 'FAIL', /still there/),
  one('just found', [sweeps(128), exposed(128)], 'exposed secret', 'NOT_OCCURRING'),
]);

const ADMIN = { administrator: true, path: 'policy everything' };
const DECLARED = 'every privileged identity';
table('NHI-AUZ-03', [
  one('declared with a purpose', [sweeps(101), see(101, ADMIN), claim(101)], DECLARED, 'PASS'),
  one(
    'by a right of a declared one',
    [sweeps(101), see(101, {}), claim(101), right(101, ADMIN)],
    DECLARED,
    'PASS',
  ),
  one('nobody authorised it', [sweeps(101), see(101, ADMIN)], DECLARED, 'FAIL', /nobody has authorised/),
  one('it may be a person', [sweeps(101), see(101, { ...ADMIN, person: true })], DECLARED, 'NOT_EVALUABLE'),
  one('none is privileged', [sweeps(101), see(101, {})], DECLARED, 'NOT_OCCURRING'),
]);

const CROSSES = 'no right crosses';
const of = (environment: string): Step => see(101, { environment });
table('NHI-AUZ-04', [
  one(
    'within production',
    [sweeps(101), of('production'), right(101, { reaches: ['production'] })],
    CROSSES,
    'PASS',
  ),
  one(
    'from test into production',
    [sweeps(101), of('test'), right(101, { reaches: ['production'] })],
    CROSSES,
    'FAIL',
  ),
  one(
    'from production out',
    [sweeps(101), of('production'), right(101, { reaches: ['staging'] })],
    CROSSES,
    'FAIL',
  ),
  one('not told what it reaches', [sweeps(101), of('test'), right(101, {})], CROSSES, 'NOT_EVALUABLE'),
  one('not told where it is', [sweeps(101), right(101, { reaches: ['test'] })], CROSSES, 'NOT_EVALUABLE'),
]);

const retires =
  (at: number): Step =>
  (story) =>
    story.at(at).add('identity.moved', 'idn_pay', {
      identity: 'idn_pay',
      from: 'active',
      to: 'retired',
      reason: 'over',
    } as never);
const HELD = 'what a retired identity held';
table('NHI-LIF-01', [
  one(
    'gone in time',
    [sweeps(101), see(101, {}), claim(101), retires(105), see(108, {}, { change: 'gone' })],
    HELD,
    'PASS',
  ),
  one(
    'disabled',
    [
      sweeps(101),
      see(101, {}),
      claim(101),
      retires(105),
      see(108, { enabled: false }, { change: 'changed' }),
    ],
    HELD,
    'PASS',
  ),
  one('still there', [sweeps(101), see(101, {}), claim(101), retires(105)], HELD, 'FAIL', /still there/),
  one('its time runs', [sweeps(101), see(101, {}), claim(101), retires(128)], HELD, 'NOT_OCCURRING'),
  one('an owner who left, unsettled', [finds('owner-left', 101, 110)], 'owner left behind', 'FAIL'),
  one(
    'an owner who left, settled',
    [finds('owner-left', 101, 110), closes(109)],
    'owner left behind',
    'PASS',
  ),
]);

const UNUSED = 'nothing was unused';
table('NHI-LIF-02', [
  one('used of late', [sweeps(101), see(101, { lastUsed: day(100) })], UNUSED, 'PASS'),
  one('used long ago', [sweeps(101), see(101, { lastUsed: day(10) })], UNUSED, 'FAIL', /not disabled/),
  one(
    'used long ago, disabled',
    [sweeps(101), see(101, { lastUsed: day(10), enabled: false })],
    UNUSED,
    'PASS',
  ),
  one(
    'never used, old',
    [sweeps(101), see(101, { lastUsed: null, created: day(0) })],
    UNUSED,
    'FAIL',
    /never used/,
  ),
  one('never used, new', [sweeps(101), see(101, { lastUsed: null, created: day(100) })], UNUSED, 'PASS'),
  one('uses not told', [sweeps(101), see(101, {})], UNUSED, 'NOT_EVALUABLE', /no last use/),
  one(
    'uses known for a short while',
    [sweeps(101), see(101, { lastUsed: null, created: day(0), usesKnownSince: day(100) })],
    UNUSED,
    'NOT_EVALUABLE',
  ),
]);

const changesPay: Step = (story) =>
  story.at(109).change('chg_more', {
    kind: 'Trust',
    id: 'tru_more',
    after: { identity: 'idn_pay', method: 'unix', where: { uid: 7 } },
  });
const CHANGES = 'every change of rights';
const later = (at: number, change: Seen['change'] = 'changed'): Step =>
  right(at, { grants: ['more'] }, { change, sweep: 'swp_later' });
table('NHI-MON-04', [
  one(
    'the first look',
    [(story) => sweep(story.at(101), { source: 'cloud', partition: 'one', sweep: 'swp_1' }), right(101, {})],
    CHANGES,
    'NOT_OCCURRING',
  ),
  one(
    'a change that nobody explains',
    [sweeps(101), right(101, {}, { sweep: 'x' }), sweeps(110), later(110)],
    CHANGES,
    'FAIL',
    /outside the approved path/,
  ),
  one('reversed in time', [sweeps(101), sweeps(110), later(110), later(112, 'gone')], CHANGES, 'PASS'),
  one('its time runs', [sweeps(101), sweeps(128), later(128)], CHANGES, 'NOT_OCCURRING'),
  one(
    'a change about its identity was applied before',
    [sweeps(101), see(101, {}, { sweep: 'swp_a' }), claim(102), changesPay, sweeps(110), later(110)],
    CHANGES,
    'PASS',
    /was applied/,
  ),
  one('nothing swept', [], CHANGES, 'NOT_EVALUABLE'),
]);
