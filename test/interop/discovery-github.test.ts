/**
 * The source `github` against a fake of GitHub that keeps state, both held to GitHub's published description: every answer of the
 * fake is one that GitHub could give, and every question is one that GitHub knows.
 */
import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { type TestContext, test } from 'node:test';
import { source } from '../../src/discovery/connectors/github/connector.ts';
import { estate } from '../../src/discovery/connectors/github/testing/estate.ts';
import { askedOf, type FakeOrganization, json } from '../../src/discovery/connectors/github/testing/fake.ts';
import { deployKey, grant, installation } from '../../src/discovery/connectors/github/testing/objects.ts';
import { serve } from '../../src/discovery/connectors/github/testing/serve.ts';
import type { DoubleAnswer, DoubleRequest, Running } from '../../src/discovery/testing/double.ts';
import { of, readSource } from '../../src/discovery/testing/read.ts';
import { describedOperations, problemsOf, unknownParameters } from './github-schema.ts';

const NOW = new Date('2024-04-01T00:00:00Z');
const HTTP_NOT_FOUND = 404;

/** The fake, with signing in as an App, and a judge that notes whatever GitHub's description does not allow. */
async function judged(
  t: TestContext,
  organization: FakeOrganization,
): Promise<Running & { problems: string[] }> {
  const problems: string[] = [];
  const signIn = (operation: string | undefined): DoubleAnswer | undefined => {
    if (operation === 'GET /orgs/{org}/installation') return json(installation('example', 'muniment'));
    if (operation !== 'POST /app/installations/{installation_id}/access_tokens') return undefined;
    return json({ token: 'short-lived', expires_at: '2024-04-01T01:00:00Z' }, 201);
  };
  const judge = (request: DoubleRequest, answer: DoubleAnswer): DoubleAnswer => {
    const operation = askedOf(request)?.operation ?? '';
    const given = signIn(operation) ?? answer;
    const unknown = unknownParameters(operation, request.url.searchParams);
    problems.push(...unknown.map((name) => `${operation}: no parameter \`${name}\``));
    const status = given.status ?? 200;
    if (status !== HTTP_NOT_FOUND) problems.push(...problemsOf(operation, status, JSON.parse(given.body)));
    return given;
  };
  return { ...(await serve(t, organization, judge)), problems };
}

function appSecret(): string {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return privateKey.export({ type: 'pkcs1', format: 'pem' }).toString();
}

test('one of everything: questions and answers are as GitHub describes them', async (t) => {
  const running = await judged(t, estate());
  const settings = { ...running.settings, appId: '77' };
  const read = await readSource(source, { settings, secrets: { privateKey: appSecret() }, now: NOW });
  assert.deepEqual(running.problems, []);
  for (const { listing, denied, errors, observed } of read) {
    assert.deepEqual([...denied, ...errors], [], listing);
    assert.notEqual(observed.length, 0, listing);
  }
  assert.deepEqual([...new Set(running.asked())].sort(), [...describedOperations].sort());
});

test('what is added between two sweeps is seen by the second, page after page', async (t) => {
  const organization = estate();
  const running = await judged(t, organization);
  const before = await readSource(source, { ...running, now: NOW });
  organization.tokens?.push(...Array.from({ length: 205 }, (_, index) => grant('carol', `job-${index}`)));
  Object.assign(organization.repositories[1] ?? {}, {
    keys: Array.from({ length: 101 }, (_, index) => deployKey(`key-${index}`, `not a key ${index}`)),
  });
  const after = await readSource(source, { ...running, now: NOW });
  assert.deepEqual(running.problems, []);
  const items = (read: typeof before, listing: string) => of(read, listing).committed.length;
  assert.deepEqual([items(before, 'fine-grained-tokens'), items(after, 'fine-grained-tokens')], [1, 206]);
  assert.deepEqual([items(before, 'deploy-keys'), items(after, 'deploy-keys')], [1, 102]);
  assert.equal(of(after, 'fine-grained-tokens').pages.length, 3);
});

test('the judge notices an answer that GitHub would not give', () => {
  const operation = 'GET /orgs/{org}/actions/oidc/customization/sub';
  assert.deepEqual(problemsOf(operation, 200, { include_claim_keys: ['repo'] }), []);
  assert.notDeepEqual(problemsOf(operation, 200, { include_claim_keys: 'repo' }), []);
  assert.notDeepEqual(problemsOf(operation, 200, {}), []);
  assert.notDeepEqual(problemsOf(operation, 204, {}), []);
  assert.deepEqual(unknownParameters(operation, new URLSearchParams('per_page=1')), ['per_page']);
});
