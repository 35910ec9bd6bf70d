import type { RawPage } from '../../contract.ts';
import { type Account, beside, counted } from './account.ts';
import { pagesOf, plain } from './paging.ts';

type Provider = { Arn?: string };

async function detailsOf({ clients, call }: Account, arn: string): Promise<object> {
  const { GetOpenIDConnectProviderCommand } = await import('@aws-sdk/client-iam');
  const iam = await clients.iam();
  const input = { OpenIDConnectProviderArn: arn };
  const { output } = await call((options) => iam.send(new GetOpenIDConnectProviderCommand(input), options));
  const { Url, ClientIDList, ThumbprintList, CreateDate, Tags } = output;
  return { Url, ClientIDList, ThumbprintList, CreateDate, Tags };
}

/** The list comes in one answer, and each provider's settings in one more. */
export async function* readOidcProviders(account: Account): AsyncGenerator<RawPage> {
  const { ListOpenIDConnectProvidersCommand } = await import('@aws-sdk/client-iam');
  const iam = await account.clients.iam();
  const pages = pagesOf({
    operation: 'iam:ListOpenIDConnectProviders',
    request: {},
    limits: account.limits,
    async ask() {
      const asked = await account.call((options) =>
        iam.send(new ListOpenIDConnectProvidersCommand({}), options),
      );
      return { ...asked, output: { items: asked.output.OpenIDConnectProviderList, more: false } };
    },
  });
  for await (const page of pages) yield withDetails(account, page);
}

async function withDetails(account: Account, page: RawPage): Promise<RawPage> {
  const items: object[] = [];
  for (const { Arn = '' } of page.items as Provider[]) {
    page.calls = (page.calls ?? 1) + 1;
    const told = await beside(page, `OIDC provider ${Arn}`, () => detailsOf(account, Arn));
    items.push({ Arn, ...told });
  }
  return { ...page, items: plain(items) as unknown[] };
}

export async function* readSamlProviders(account: Account): AsyncGenerator<RawPage> {
  const { ListSAMLProvidersCommand } = await import('@aws-sdk/client-iam');
  const iam = await account.clients.iam();
  yield* pagesOf({
    operation: 'iam:ListSAMLProviders',
    request: {},
    limits: account.limits,
    async ask() {
      const asked = await account.call((options) => iam.send(new ListSAMLProvidersCommand({}), options));
      return { ...asked, output: { items: asked.output.SAMLProviderList, more: false } };
    },
  });
}

export async function* readInstanceProfiles(account: Account): AsyncGenerator<RawPage> {
  const { ListInstanceProfilesCommand } = await import('@aws-sdk/client-iam');
  const iam = await account.clients.iam();
  const pages = pagesOf({
    operation: 'iam:ListInstanceProfiles',
    request: {},
    limits: account.limits,
    async ask(Marker) {
      const asked = await account.call((options) =>
        iam.send(new ListInstanceProfilesCommand({ Marker }), options),
      );
      const {
        InstanceProfiles: items,
        Marker: cursor,
        IsTruncated: more = cursor !== undefined,
      } = asked.output;
      return { ...asked, output: { items, more, cursor } };
    },
  });
  for await (const page of pages) yield counted(account, page, ['InstanceProfiles']);
}
