import type { DeniedRange } from '#verifier';
import type { RawPage } from '../../contract.ts';
import type { Account } from './account.ts';
import { codeOf } from './errors.ts';
import { pagesOf } from './paging.ts';

const PAGE_ITEMS = 20;

type Member = { Id?: string; Status?: string };

/** An account that nobody reads may hold anything: it is never left out in silence. */
const unread = (items: unknown[], read: Set<string>): DeniedRange[] =>
  (items as Member[])
    .filter(({ Id, Status }) => Status === 'ACTIVE' && !read.has(String(Id)))
    .map(({ Id }) => ({ what: `account ${Id}`, why: 'it is not among the members that are read' }));

/**
 * Accounts of the organisation. An account that is in none has no other: that is the provider's own answer, and ends the list.
 * @param read accounts that this source reads
 */
export async function* readOrganization(account: Account, read: Set<string>): AsyncGenerator<RawPage> {
  const { ListAccountsCommand } = await import('@aws-sdk/client-organizations');
  const client = await account.clients.organizations();
  const pages = pagesOf({
    operation: 'organizations:ListAccounts',
    request: { maxResults: PAGE_ITEMS },
    limits: account.limits,
    async ask(NextToken) {
      const asked = await account.call((options) =>
        client
          .send(new ListAccountsCommand({ MaxResults: PAGE_ITEMS, NextToken }), options)
          .catch((error: unknown) => {
            if (codeOf(error) !== 'AWSOrganizationsNotInUseException') throw error;
            return { Accounts: [], NextToken: undefined };
          }),
      );
      const { Accounts: items, NextToken: cursor } = asked.output;
      return { ...asked, output: { items, more: Boolean(cursor), cursor } };
    },
  });
  for await (const page of pages)
    yield { ...page, denied: [...(page.denied ?? []), ...unread(page.items, read)] };
}
