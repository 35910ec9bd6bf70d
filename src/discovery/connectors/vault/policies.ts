import type { RawPage } from '../../contract.ts';
import { asSourceError } from '../../source-error.ts';
import { ASK } from './operations.ts';
import { shown } from './places.ts';
import { type Rule, rulesOf } from './policy.ts';
import { pagesOf, pathOf, type Reader } from './reader.ts';

export interface RightsOf {
  policy: string;
  /** null: it could not be read or understood. */
  rules: Rule[] | null;
}

/** Policies of one namespace: listed for themselves, and looked up by those who have them. */
export interface Policies {
  pages(): AsyncIterable<RawPage>;
  /** Of a policy that is named and not there nothing is granted. */
  rightsOf(names: string[]): Promise<RightsOf[]>;
}

/** It has no rules, because it needs none. */
const ROOT = 'root';

export function createPolicies(reader: Reader): Policies {
  const known = new Map<string, Rule[] | null>();
  let isRead = false;
  let isWhole = false;

  async function* pages(): AsyncIterable<RawPage> {
    isRead = true;
    const things = await reader.list(ASK.policies, 'sys/policies/acl');
    const what = (name: string) => `policy ${shown(name)}`;
    const read = async (policy: string) => {
      const got = await reader.get(ASK.policy, `sys/policies/acl/${pathOf(policy)}`);
      const rules = rulesOf(String(got.value.policy ?? ''));
      known.set(policy, rules);
      return { ...got, value: { rights: [{ policy, rules }] } };
    };
    for await (const page of pagesOf({ operation: ASK.policy, request: {}, things, read, what }))
      yield { ...page, errors: [...(page.errors ?? []), ...unclear(page, what)] };
    isWhole = things.value.every((name) => known.has(name));
  }

  const unclear = ({ items }: RawPage, what: (name: string) => string) =>
    (items as Array<{ rights: RightsOf[] }>)
      .flatMap(({ rights }) => rights)
      .filter(({ rules, policy }) => rules === null && policy !== ROOT)
      .map(({ policy }) => ({ what: what(policy), why: 'a policy that cannot be understood' }));

  /** What goes wrong here is told where policies are listed. */
  async function readAll(): Promise<void> {
    try {
      for await (const page of pages()) void page;
    } catch (error) {
      if (asSourceError(error).kind === 'cancelled') throw error;
    }
  }

  return {
    pages,
    async rightsOf(names) {
      if (!isRead) await readAll();
      const missing = isWhole ? [] : null;
      return [...new Set(names)].sort().map((policy) => ({ policy, rules: known.get(policy) ?? missing }));
    },
  };
}
