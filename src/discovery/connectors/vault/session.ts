import type { RawPage } from '../../contract.ts';
import { asSourceError, toFaults } from '../../source-error.ts';
import { ASK } from './operations.ts';
import { KNOWN_ENGINES, KNOWN_METHODS, PLACES, type Place, shown } from './places.ts';
import { createPolicies } from './policies.ts';
import { type Got, pagesOf, pathOf, type Reader } from './reader.ts';

interface Mount {
  mount: string;
  type: string;
  accessor?: string;
}

type Pages = AsyncIterable<RawPage>;
type Request = RawPage['request'];

const namesIn = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((name) => typeof name === 'string') : [];

async function mountsAt(reader: Reader, operation: string, path: string): Promise<Got<Mount[]>> {
  const got = await reader.get(operation, path);
  const mounts = Object.entries(got.value as Record<string, { type?: string; accessor?: string }>);
  const value = mounts.map(([name, { type = '', accessor }]) => ({
    ...{ mount: name.replace(/\/$/, ''), type },
    ...(accessor === undefined ? {} : { accessor }),
  }));
  return { ...got, value };
}

/** All mounts come in one answer. Those with roles that this source does not read are told as not read. */
async function* mountPages(operation: string, got: Promise<Got<Mount[]>>, known: string[]): Pages {
  const { value: items, calls, providerTime } = await got;
  const denied = items
    .filter(({ type }) => !known.includes(type))
    .map(({ mount }) => ({
      what: `roles of ${shown(mount)}`,
      why: 'this source does not read roles of its type',
    }));
  const page = { operation, request: {}, items, calls, denied, end: true, providerCount: items.length };
  yield { ...page, ...(providerTime === undefined ? {} : { providerTime }) };
}

/** A list below one mount that cannot be read is a fault of that mount; the others stand. */
async function* unlessRefused(operation: string, request: Request, what: string, read: () => Pages): Pages {
  try {
    yield* read();
  } catch (error) {
    if (asSourceError(error).kind === 'cancelled') throw error;
    yield { operation, request, items: [], end: false, ...toFaults(what, error) };
  }
}

/** A listing of several lists ends when all of them did. */
async function* ended(operation: string, pages: Pages): Pages {
  yield* pages;
  yield { operation, request: { end: true }, items: [], calls: 0, end: true };
}

/** Reads of one namespace, listing by listing. */
export function createNamespace(reader: Reader): { read(listing: string): Pages } {
  const policies = createPolicies(reader);
  const memo = new Map<string, Promise<unknown>>();
  const once = <Value>(key: string, read: () => Promise<Value>): Promise<Value> => {
    const known = (memo.get(key) as Promise<Value> | undefined) ?? read();
    memo.set(key, known);
    return known;
  };
  const methods = () => once('auth', () => mountsAt(reader, ASK.authMethods, 'sys/auth'));
  const engines = () => once('engines', () => mountsAt(reader, ASK.mounts, 'sys/mounts'));

  async function mountsOf({ among, types }: Pick<Place, 'among' | 'types'>): Promise<string[]> {
    if (among === 'token') return ['token'];
    const { value } = await (among === 'auth' ? methods() : engines());
    return value.filter(({ type }) => types.includes(type)).map(({ mount }) => mount);
  }

  /** Whose tokens a mount believes; null where its settings do not say it or may not be read. */
  async function issuerOf(mount: string): Promise<string | null> {
    try {
      const { value } = await reader.get(ASK.authConfig, `auth/${pathOf(mount)}/config`);
      return String(value.bound_issuer || value.oidc_discovery_url || '') || null;
    } catch (error) {
      if (asSourceError(error).kind === 'cancelled') throw error;
      return null;
    }
  }

  async function detailOf(place: Place, mount: string, name: string): Promise<Got<unknown>> {
    const got = await reader.get(place.get, `${place.path(mount)}/${pathOf(name)}`);
    const named = place.policies?.flatMap((field) => namesIn(got.value[field]));
    const value = {
      ...got.value,
      ...{ mount, name },
      ...(named === undefined ? {} : { rights: await policies.rightsOf(named) }),
      ...(place.hasIssuer ? { issuer: await once(`issuer ${mount}`, () => issuerOf(mount)) } : {}),
    };
    return { ...got, value };
  }

  async function* placePages(place: Place): Pages {
    for (const mount of await mountsOf(place)) {
      const request = { mount };
      yield* unlessRefused(place.list, request, `names in ${shown(mount)}`, async function* () {
        const things = await reader.list(place.list, place.path(mount));
        const read = (name: string) => detailOf(place, mount, name);
        const what = (name: string) => (place.isPersonal ? `a user of ${shown(mount)}` : shown(mount, name));
        yield* pagesOf({ operation: place.get, request, things, read, what });
      });
    }
  }

  async function* secretIdsOf(mount: string, name: string): Pages {
    const path = `auth/${pathOf(mount)}/role/${pathOf(name)}`;
    const things = await reader.list(ASK.secretIds, `${path}/secret-id`);
    const read = async (accessor: string) => {
      const asked = { secret_id_accessor: accessor };
      const got = await reader.post(ASK.secretId, `${path}/secret-id-accessor/lookup`, asked);
      return { ...got, value: { ...got.value, mount, name } };
    };
    const what = () => `a secret id of ${shown(mount, name)}`;
    yield* pagesOf({ operation: ASK.secretId, request: { mount, role: name }, things, read, what });
  }

  async function* secretIds(): Pages {
    for (const mount of await mountsOf({ among: 'auth', types: ['approle'] })) {
      const { value } = await reader.list(ASK.roles, `auth/${pathOf(mount)}/role`);
      for (const name of value)
        yield* unlessRefused(
          ASK.secretIds,
          { mount, role: name },
          `secret ids of ${shown(mount, name)}`,
          () => secretIdsOf(mount, name),
        );
    }
  }

  async function* tokens(): Pages {
    const things = await reader.list(ASK.tokens, 'auth/token/accessors');
    const read = (accessor: string) => reader.post(ASK.token, 'auth/token/lookup-accessor', { accessor });
    yield* pagesOf({ operation: ASK.token, request: {}, things, read, what: () => 'a token' });
  }

  async function* entities(): Pages {
    const things = await reader.list(ASK.entities, 'identity/entity/id');
    const read = async (id: string) => {
      const got = await reader.get(ASK.entity, `identity/entity/id/${pathOf(id)}`);
      return {
        ...got,
        value: { ...got.value, rights: await policies.rightsOf(namesIn(got.value.policies)) },
      };
    };
    yield* pagesOf({ operation: ASK.entity, request: {}, things, read, what: () => 'an entity' });
  }

  async function* leasesOf(mount: string, role: string): Pages {
    const things = await reader.list(ASK.leases, `sys/leases/lookup/${pathOf(mount, 'creds', role)}`);
    const read = async (id: string) => {
      const asked = { lease_id: `${mount}/creds/${role}/${id}` };
      const got = await reader.post(ASK.lease, 'sys/leases/lookup', asked);
      return { ...got, value: { ...got.value, mount, name: role } };
    };
    const what = () => `a lease of ${shown(mount, role)}`;
    yield* pagesOf({ operation: ASK.lease, request: { mount, role }, things, read, what });
  }

  async function* leases(): Pages {
    for (const mount of await mountsOf({ among: 'engines', types: ['database'] })) {
      const { value } = await reader.list(ASK.leases, `sys/leases/lookup/${pathOf(mount, 'creds')}`);
      for (const role of value) yield* leasesOf(mount, role.replace(/\/$/, ''));
    }
  }

  const others: Record<string, () => Pages> = {
    'auth-methods': () => mountPages(ASK.authMethods, methods(), KNOWN_METHODS),
    'secret-mounts': () => mountPages(ASK.mounts, engines(), KNOWN_ENGINES),
    policies: () => ended(ASK.policies, policies.pages()),
    'approle-secret-ids': () => ended(ASK.secretIds, secretIds()),
    entities: () => ended(ASK.entities, entities()),
    tokens: () => ended(ASK.tokens, tokens()),
    leases: () => ended(ASK.leases, leases()),
  };

  return {
    read(listing) {
      const place = PLACES[listing];
      if (place !== undefined) return ended(place.list, placePages(place));
      const pages = others[listing];
      if (pages === undefined) throw new Error(`no listing \`${listing}\``);
      return pages();
    },
  };
}
