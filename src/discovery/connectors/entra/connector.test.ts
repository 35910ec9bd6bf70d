import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AuthenticationError } from '@azure/identity';
import type { Plan } from '../../testing/double.ts';
import { httpDouble } from '../../testing/http-double.ts';
import { committedItem, mapped, of, openingFor, readSource, testMapping } from '../../testing/read.ts';
import { source } from './connector.ts';
import { double, provider, TENANT, uuidOf } from './testing/double.ts';
import { renewing } from './token.ts';

const plan = (more: Partial<Plan> = {}): Plan => ({
  items: 250,
  name: (index) => `app-${index}`,
  fault: 'none',
  ...more,
});
const map = (listing: string, item: unknown) => mapped(source, listing, [item]);
const key = testMapping().key;

const application = {
  id: 'o1',
  appId: 'AB12',
  displayName: 'payments',
  createdDateTime: '2024-03-01T10:00:00Z',
  disabledByMicrosoftStatus: null,
  passwordCredentials: [
    {
      keyId: 'k1',
      hint: 'abc',
      displayName: 'made for the batch',
      startDateTime: '2024-03-01T10:00:00Z',
      endDateTime: '2026-03-01T10:00:00Z',
    },
  ],
  keyCredentials: [
    {
      keyId: 'k2',
      usage: 'Verify',
      type: 'AsymmetricX509Cert',
      customKeyIdentifier: 'AQID',
      endDateTime: null,
    },
  ],
};

test('an application tells itself, its secrets and its certificates', () => {
  const [identity, secret, certificate] = map('applications', application);
  assert.equal(identity?.naturalId, 'app/ab12');
  assert.deepEqual(identity?.joins, ['entra:ab12']);
  assert.deepEqual(identity?.attributes, {
    kind: 'entra-application',
    appId: 'AB12',
    created: '2024-03-01T10:00:00Z',
  });
  assert.deepEqual(secret?.attributes, {
    kind: 'entra-client-secret',
    holder: key('identity', 'app/ab12'),
    keyId: 'k1',
    created: '2024-03-01T10:00:00Z',
    expires: '2026-03-01T10:00:00Z',
  });
  assert.equal(certificate?.attributes.kind, 'entra-certificate');
  assert.equal(certificate?.attributes.thumbprint, 'AQID');
  assert.equal(certificate?.attributes.expires, null);
});

test('a hint and the name of a secret are hidden', () => {
  const committed = JSON.stringify(committedItem(source, 'applications', application));
  assert.doesNotMatch(committed, /"abc"|made for the batch/);
});

test('last use is absent where only the report can tell it', () => {
  for (const observed of map('applications', application)) assert.ok(!('lastUsed' in observed.attributes));
});

test('an application and its service principal are one thing, told by its client id', () => {
  const [principal] = map('service-principals', {
    id: 'o2',
    appId: 'ab12',
    displayName: 'payments',
    servicePrincipalType: 'Application',
    accountEnabled: false,
  });
  assert.equal(principal?.naturalId, 'app/ab12');
  assert.equal(principal?.attributes.enabled, false);
});

test('managed identities, legacy principals and agents have kinds of their own', () => {
  const kind = (more: object) =>
    map('service-principals', { id: 'o3', appId: null, ...more })[0]?.attributes.kind;
  assert.equal(kind({ servicePrincipalType: 'ManagedIdentity' }), 'entra-managed-identity');
  assert.equal(kind({ servicePrincipalType: 'Legacy' }), 'entra-legacy-service-principal');
  assert.equal(kind({ '@odata.type': '#microsoft.graph.agentIdentity' }), 'entra-agent-identity');
});

test('an owner is a commitment, and nobody is told as nobody', () => {
  const owner = { id: 'u1', displayName: 'Ada', userPrincipalName: 'ada@contoso.example' };
  const [owned] = map('application-owners', { id: 'o1', appId: 'ab12', owners: [owner] });
  assert.equal(owned?.attributes.ownerFrom, 'directory');
  assert.match(JSON.stringify(owned?.attributes.owner), /^\{"commitment":"[0-9a-f]{64}"\}$/);
  const [alone] = map('application-owners', { id: 'o1', appId: 'ab12', owners: [] });
  assert.equal(alone?.attributes.owner, null);
});

test('a federated credential is a trust', () => {
  const [trust] = map('federated-credentials', {
    application: { id: 'o1', appId: 'ab12' },
    credential: {
      id: 'f1',
      name: 'main branch',
      issuer: 'https://token.actions.githubusercontent.com',
      subject: 'repo:contoso/app:ref:refs/heads/main',
      audiences: ['api://AzureADTokenExchange'],
    },
  });
  assert.equal(trust?.class, 'trust');
  assert.deepEqual(trust?.attributes, {
    kind: 'entra-federated-credential',
    holder: key('identity', 'app/ab12'),
    issuer: 'https://token.actions.githubusercontent.com',
    subject: 'repo:contoso/app:ref:refs/heads/main',
    audience: 'api://AzureADTokenExchange',
  });
});

test('application permissions make one permission a resource, and the strong ones an administrator', () => {
  const assignment = (resourceId: string, role: string) => ({
    id: `${resourceId}${role}`,
    appRoleId: 'r',
    resourceId,
    resourceDisplayName: resourceId,
    role,
  });
  const seen = map('app-role-assignments', {
    principal: { id: 'o2', appId: 'ab12' },
    assignments: [
      assignment('Graph', 'RoleManagement.ReadWrite.Directory'),
      assignment('Graph', 'User.Read.All'),
      assignment('Vault', 'Reader'),
    ],
  });
  assert.deepEqual(
    seen.map(({ attributes: { grants, administrator, holder } }) => ({ grants, administrator, holder })),
    [
      {
        grants: ['RoleManagement.ReadWrite.Directory on Graph', 'User.Read.All on Graph'],
        administrator: true,
        holder: key('identity', 'app/ab12'),
      },
      { grants: ['Reader on Vault'], administrator: false, holder: key('identity', 'app/ab12') },
    ],
  );
});

test('delegated permissions and directory roles are permissions', () => {
  const [grant] = map('delegated-grants', {
    id: 'g1',
    client: { id: 'o2', appId: 'ab12' },
    consentType: 'Principal',
    principalId: 'u1',
    resourceId: 'r1',
    resourceName: 'Graph',
    scope: ' Directory.AccessAsUser.All User.Read',
  });
  assert.deepEqual(grant?.attributes.grants, ['Directory.AccessAsUser.All on Graph', 'User.Read on Graph']);
  assert.equal(grant?.attributes.administrator, true);
  const role = (directoryScopeId: string) =>
    map('directory-roles', {
      id: 'd1',
      principalId: 'o2',
      principal: { id: 'o2', appId: 'ab12' },
      directoryScopeId,
      roleDefinitionId: '62e90394-69f5-4237-9190-012177145e10',
      roleDefinition: {
        id: 'x',
        displayName: 'Global Administrator',
        templateId: '62e90394-69f5-4237-9190-012177145e10',
      },
    })[0]?.attributes;
  assert.deepEqual(role('/')?.grants, ['Global Administrator on tenant']);
  assert.equal(role('/')?.administrator, true);
  assert.equal(role('/administrativeUnits/a1')?.administrator, false);
});

test('an agent has the owner that vouches for it', () => {
  const sponsor = { id: 'u1', userPrincipalName: 'ada@contoso.example' };
  const item = { id: 'o9', displayName: 'helper', agentIdentityBlueprintId: 'b1', sponsors: [sponsor] };
  const [agent] = map('agent-identities', item);
  assert.equal(agent?.naturalId, 'principal/o9');
  assert.equal(agent?.attributes.ownerFrom, 'sponsor');
  assert.equal(agent?.attributes.blueprint, 'b1');
  const [orphan] = map('agent-identities', { ...item, sponsors: [] });
  assert.ok(!('owner' in (orphan?.attributes ?? {})));
});

test('the sign-in reports tell last use, of what is still there alone', () => {
  const lastUsed = '2026-11-01T00:00:00Z';
  const signIn = { lastSignInDateTime: lastUsed };
  const key = { keyId: 'k1', keyType: 'clientSecret', signInActivity: signIn };
  const [credential] = map('credential-sign-ins', { ...key, holderName: 'payments' });
  assert.equal(credential?.naturalId, 'credential/k1');
  assert.deepEqual(credential?.attributes, { kind: 'entra-client-secret', lastUsed });
  assert.deepEqual(map('credential-sign-ins', key), []);
  const principal = { id: 'o2', appId: 'ab12', name: 'payments', sort: 'Application' };
  const [identity] = map('sign-ins', { principal, lastSignInActivity: signIn });
  assert.deepEqual(identity?.attributes, { kind: 'entra-application', lastUsed });
  assert.deepEqual(map('sign-ins', { lastSignInActivity: signIn }), []);
});

test('a tenant is read page by page, and Graph counts with us', async (t) => {
  const running = await double.start(t, plan());
  const read = await readSource(source, running);
  for (const { listing, thrown, dropped } of read)
    assert.deepEqual([thrown, dropped], [undefined, 0], listing);
  const { partition, pages } = of(read, 'applications');
  assert.deepEqual(
    pages.map(({ items, providerCount, end }) => [items.length, providerCount, end]),
    [
      [100, 250, false],
      [100, 250, false],
      [50, 250, true],
    ],
  );
  assert.equal(partition, TENANT);
  assert.ok(pages.every(({ providerTime }) => providerTime instanceof Date));
  const observed = read.flatMap((each) => each.observed);
  const [right] = observed.filter(({ class: kind }) => kind === 'permission');
  assert.equal(right?.attributes.administrator, true);
  assert.deepEqual(
    running.asked().filter((name) => name.includes(': ')),
    [],
  );
});

test('what is refused for one service principal is a denied range, and the rest stands', async (t) => {
  const read = await readSource(source, await double.start(t, plan({ items: 3, fault: 'forbidden-part' })));
  const { denied, end } = of(read, 'app-role-assignments');
  assert.deepEqual(denied, [
    { what: `service principal ${uuidOf('principal 0')}`, why: 'no permission (403)' },
  ]);
  assert.equal(end, true);
});

test('a link to another host is not followed', async (t) => {
  const asked: string[] = [];
  const elsewhere = httpDouble({
    ...provider,
    answer({ url }) {
      asked.push(url.pathname);
      const next = 'https://elsewhere.example/v1.0/applications?$skiptoken=1';
      return { body: JSON.stringify({ value: [], '@odata.nextLink': next }) };
    },
  });
  const read = await readSource(source, await elsewhere.start(t, plan()));
  assert.match(of(read, 'applications', TENANT).thrown?.message ?? '', /leads to another place/);
  assert.equal(asked.filter((path) => path === '/v1.0/applications').length, 2);
});

test('a service is only spoken to in plain http on this host', () => {
  const parsed = (graphUrl: string) => source.settings.safeParse({ tenant: TENANT, graphUrl }).success;
  assert.deepEqual(
    ['https://graph.microsoft.us', 'http://127.0.0.1:8080', 'http://graph.microsoft.com'].map(parsed),
    [true, true, false],
  );
});

test('a token is kept until shortly before its end, and a refused sign-in is a denied read in our own words', async () => {
  const given: number[] = [];
  let ends = Date.now() + 3_600_000;
  const credential = {
    async getToken() {
      given.push(given.length);
      return { token: `token ${given.length}`, expiresOnTimestamp: ends };
    },
  };
  const tokens = renewing(credential, 'scope', openingFor({}));
  assert.equal(await tokens(), 'token 1');
  assert.equal(await tokens(), 'token 1');
  ends = Date.now() + 1_000;
  const short = renewing(credential, 'scope', openingFor({}));
  await short();
  assert.equal(await short(), 'token 3');
  const refused = {
    async getToken(): Promise<never> {
      throw new AuthenticationError(401, { error: 'invalid_client', error_description: 'secret words' });
    },
  };
  await assert.rejects(renewing(refused, 'scope', openingFor({}))(), {
    kind: 'denied',
    message: 'the sign-in was refused',
  });
});
