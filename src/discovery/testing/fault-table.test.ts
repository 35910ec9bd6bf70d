/** The table itself: a source that does right passes every case, and each way to do wrong is noticed by the case that is for it. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { RawPage } from '../contract.ts';
import type { Http } from '../http.ts';
import { FAULTS, type FaultCase } from './double.ts';
import { exampleProvider, exampleSource, readUsers } from './example.ts';
import { type FaultHouse, openFaultHouse } from './fault-house.ts';
import { runCase } from './fault-table.ts';
import { httpDouble } from './http-double.ts';

type Read = (http: Http, team: string) => AsyncIterable<RawPage>;

/** Whatever goes wrong is the end of the list. */
async function* deaf(http: Http, team: string): AsyncIterable<RawPage> {
  try {
    yield* readUsers(http, team);
  } catch {
    yield { operation: 'GET /teams/{team}/users', request: { team }, items: [], end: true };
  }
}

/** The first page is all there is. */
async function* hasty(http: Http, team: string): AsyncIterable<RawPage> {
  for await (const page of readUsers(http, team)) {
    const { providerCount: _, ...rest } = page;
    yield { ...rest, end: true };
    return;
  }
}

/** Does not say how many there should be. */
async function* countless(http: Http, team: string): AsyncIterable<RawPage> {
  for await (const { providerCount: _, ...page } of readUsers(http, team)) yield page;
}

let base = '';
/** Asks for what it never declared, behind the back of the client that would have stopped it. */
async function* curious(http: Http, team: string): AsyncIterable<RawPage> {
  await fetch(`${base}/secrets`);
  yield* readUsers(http, team);
}

const settings = (at: string) => {
  base = at;
  return { base };
};
const double = httpDouble({ ...exampleProvider, settings });
const WRONG: Array<[string, Read, FaultCase, RegExp]> = [
  ...(['unauthorized', 'forbidden-part', 'not-found', 'connection-cut', 'slow'] as const).map(
    (fault): [string, Read, FaultCase, RegExp] => ['deaf', deaf, fault, /false COMPLETE/],
  ),
  ['hasty', hasty, 'none', /100 !== 300/],
  ['countless', countless, 'count-disagrees', /false COMPLETE/],
  ['curious', curious, 'none', /unknown: GET \/secrets/],
];

describe('the fault table', () => {
  const good = exampleSource();
  const wrong = new Map(WRONG.map(([name, read]) => [name, exampleSource(name, read)]));
  let house: FaultHouse;
  before(async () => {
    house = await openFaultHouse([good, ...wrong.values()]);
  });
  after(() => house.close());

  for (const fault of FAULTS)
    test(`a source that does right passes ${fault}`, (t) => runCase(t, { type: good, double, house }, fault));

  for (const [name, , fault, told] of WRONG)
    test(`a ${name} source is noticed by ${fault}`, (t) =>
      assert.rejects(runCase(t, { type: wrong.get(name) ?? good, double, house }, fault), told));
});
