import type { RawPage } from '../../contract.ts';
import { listOf } from '../../link-paging.ts';
import { forEachParent, remembering } from '../../paging.ts';
import { SourceError } from '../../source-error.ts';
import type { Client } from './client.ts';

const COLLABORATORS = 'GET /-/package/{escapedPackageName}/collaborators';
const TRUST = 'GET /-/package/{package}/trust';
const ONE_TIME_PASSWORD = 'npm asks for a one-time password (401), which a sweep cannot give';
const NOT_SHOWN = 'npm refuses the list of who may write it (401)';

interface Access {
  name: string;
  level: unknown;
}

/** npm answers with an object: name by name. */
function pairsOf(body: unknown): Access[] {
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    throw new SourceError('failed', 'the answer holds no list of names');
  return Object.entries(body).map(([name, level]) => ({ name, level }));
}

const packageOf = (item: unknown): string => (item as Access).name;

/** The account that the registry is read as, and its tokens. */
export async function* accountPages(client: Client, listing: string): AsyncGenerator<RawPage> {
  const { body: account, calls } = await client.account();
  if (listing === 'account') {
    yield { operation: 'GET /-/whoami', request: {}, items: [{ name: account }], calls, end: true };
    return;
  }
  for await (const page of client.tokens())
    yield { ...page, items: page.items.map((item) => ({ account, item })) };
}

/** All listings of one organisation, each by its name. npm gives each of these lists whole, in one answer. */
export function createOrganizationReading(client: Client, org: string) {
  const packages = remembering(() => pairs('GET /-/org/{orgName}/package'), packageOf);

  async function* pairs(operation: string): AsyncGenerator<RawPage> {
    const { body, calls, providerTime } = await client.ask(operation, { orgName: org });
    const clock = providerTime === undefined ? {} : { providerTime };
    yield { operation, request: { org }, items: pairsOf(body), calls, ...clock, end: true };
  }

  async function* ofPackage(
    operation: string,
    path: Record<string, string>,
    refusal: string,
    itemsOf: (body: unknown) => unknown[],
  ): AsyncGenerator<RawPage> {
    const { body, calls } = await client.ask(operation, path, refusal);
    yield { operation, request: path, items: itemsOf(body), calls, end: true };
  }

  async function* collaborators(): AsyncGenerator<RawPage> {
    yield* forEachParent({
      operation: COLLABORATORS,
      parents: await packages.all(),
      nameOf: (name) => name,
      read: (name) => ofPackage(COLLABORATORS, { escapedPackageName: name }, NOT_SHOWN, pairsOf),
      itemsOf: (name, raw) => raw.map((item) => ({ package: name, item })),
    });
  }

  async function* publishers(): AsyncGenerator<RawPage> {
    yield* forEachParent({
      operation: TRUST,
      parents: await packages.all(),
      nameOf: (name) => name,
      read: (name) => ofPackage(TRUST, { package: name }, ONE_TIME_PASSWORD, (body) => listOf(body)),
      itemsOf: (name, raw) => raw.map((item) => ({ package: name, item })),
    });
  }

  const readers: Record<string, () => AsyncIterable<RawPage>> = {
    members: () => pairs('GET /-/org/{orgName}/user'),
    packages: packages.pages,
    collaborators,
    'trusted-publishers': publishers,
  };
  return (listing: string): AsyncIterable<RawPage> => {
    const read = readers[listing];
    if (read === undefined) throw new SourceError('failed', `no listing \`${listing}\``);
    return read();
  };
}
