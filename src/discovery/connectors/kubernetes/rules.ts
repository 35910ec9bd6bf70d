import type { RawPage } from '../../contract.ts';
import { asSourceError } from '../../source-error.ts';
import type { ApiObject } from './list.ts';

export type RoleListing = 'roles' | 'cluster-roles';

/** Rules of roles by what they are called; `null`: they could not be read, so nobody knows what a binding grants. */
type Known = Map<string, unknown[]> | null;

/** What bindings need of the roles, kept as the roles are read. */
export interface Rules {
  /** Passes pages on and keeps what they say. */
  keep(listing: RoleListing, pages: AsyncIterable<RawPage>): AsyncIterable<RawPage>;
  /** The binding with the rules of its role. */
  bound(binding: ApiObject): ApiObject;
  /** Reads what was not read whole before. */
  complete(listings: readonly RoleListing[]): Promise<void>;
}

interface RoleRef {
  kind?: string;
  name?: string;
}

const keyOf = (namespace: string | undefined, name: string | undefined): string =>
  `${namespace ?? ''}/${name ?? ''}`;

export function createRules(listAll: (listing: RoleListing) => Promise<ApiObject[]>): Rules {
  const known = new Map<RoleListing, Known>();
  const note = (into: Map<string, unknown[]>, roles: readonly ApiObject[]): void => {
    for (const { metadata, rules } of roles)
      into.set(keyOf(metadata?.namespace, metadata?.name), Array.isArray(rules) ? rules : []);
  };

  async function* keep(listing: RoleListing, pages: AsyncIterable<RawPage>): AsyncIterable<RawPage> {
    const noted = new Map<string, unknown[]>();
    try {
      for await (const page of pages) {
        note(noted, page.items as ApiObject[]);
        if (page.end) known.set(listing, noted);
        yield page;
      }
    } catch (error) {
      known.set(listing, null);
      throw error;
    }
  }

  async function read(listing: RoleListing): Promise<Known> {
    try {
      const noted = new Map<string, unknown[]>();
      note(noted, await listAll(listing));
      return noted;
    } catch (error) {
      if (asSourceError(error).kind === 'cancelled') throw error;
      return null;
    }
  }

  return {
    keep,
    async complete(listings) {
      for (const listing of listings) if (!known.has(listing)) known.set(listing, await read(listing));
    },
    bound(binding) {
      const { kind, name } = (binding.roleRef ?? {}) as RoleRef;
      const isNamespaced = kind === 'Role';
      const roles = known.get(isNamespaced ? 'roles' : 'cluster-roles');
      if (!roles) return { ...binding, rules: null };
      const key = keyOf(isNamespaced ? binding.metadata?.namespace : undefined, name);
      return { ...binding, rules: roles.get(key) ?? [] };
    },
  };
}
