import { grant, house, lock, probe, probes, type Story } from './testing/synthetic.ts';
import { after, table } from './testing/table.ts';

const REFUSED = 'refused where it was tried';
const EVERYWHERE = 'every point';
const TIME = 'refused within';

const proven =
  (...each: ReturnType<typeof probe>[]) =>
  (story: Story) =>
    story.add('probe.recorded', 'lok_1', { lock: 'lok_1', probes: each });

table('NHI-LIF-03', [
  { what: 'no lock', story: () => after(house(), grant), verdict: 'NOT_OCCURRING' },
  {
    what: 'refused everywhere',
    story: () => after(house(), grant, (story) => lock(story), proven(...probes())),
    verdict: 'PASS',
  },
  {
    what: 'no live credential',
    story: () => after(house(), (story) => lock(story)),
    clause: REFUSED,
    verdict: 'NOT_OCCURRING',
  },
  {
    what: 'never tried',
    story: () => after(house(), grant, (story) => lock(story)),
    verdict: 'NOT_EVALUABLE',
    says: /died untried/,
  },
  {
    what: 'accepted somewhere',
    story: () =>
      after(
        house(),
        grant,
        (story) => lock(story),
        proven(...probes(), probe({ point: 'introspection', outcome: 'ACCEPTED', latencyMs: null })),
      ),
    verdict: 'FAIL',
    says: /introspection ACCEPTED/,
  },
  {
    what: 'a point that was not tried, by name',
    story: () =>
      after(
        house(),
        grant,
        (story) => lock(story),
        proven(probe(), probe({ point: 'openssl' }), probe({ point: 'api-renewal' })),
      ),
    clause: EVERYWHERE,
    verdict: 'NOT_EVALUABLE',
    says: /not tried: agent-stream \(credential \d+\)/,
  },
  {
    what: 'a point that does not matter here was not tried',
    story: () =>
      after(
        house(),
        grant,
        (story) => lock(story),
        proven(...probes(), probe({ point: 'introspection', outcome: 'NOT_EVALUABLE', latencyMs: null })),
      ),
    verdict: 'PASS',
  },
  {
    what: 'another credential tried instead',
    story: () => after(house(), grant, (story) => lock(story), proven(...probes({ credential: 999 }))),
    clause: EVERYWHERE,
    verdict: 'NOT_EVALUABLE',
  },
  {
    what: 'too late',
    story: () => after(house(), grant, (story) => lock(story), proven(...probes({ latencyMs: 5_001 }))),
    clause: TIME,
    verdict: 'FAIL',
    says: /p95 is 5001 ms/,
  },
  {
    what: 'just in time',
    story: () => after(house(), grant, (story) => lock(story), proven(...probes({ latencyMs: 5_000 }))),
    clause: TIME,
    verdict: 'PASS',
  },
  {
    what: 'not timed',
    story: () => after(house(), grant, (story) => lock(story), proven(...probes({ latencyMs: null }))),
    clause: TIME,
    verdict: 'NOT_EVALUABLE',
  },
  {
    what: 'a probe that wrote the token down',
    story: () =>
      after(house(), grant, (story) => lock(story), proven(...probes({ detail: 'sent eyJh.eyJi.c2ln' }))),
    clause: 'writes a credential down',
    verdict: 'FAIL',
  },
  {
    what: 'withheld probes',
    story: () =>
      after(house(), grant, (story) => lock(story), proven(...probes())).withhold('probe.recorded'),
    verdict: 'NOT_EVALUABLE',
  },
]);
