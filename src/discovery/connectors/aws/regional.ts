import type { KeyMetadata } from '@aws-sdk/client-kms';
import type { RawPage } from '../../contract.ts';
import { SourceError } from '../../source-error.ts';
import { type Account, beside } from './account.ts';
import { MISSHAPEN, pagesOf, plain } from './paging.ts';

const SECRETS_PAGE = 100;
const PARAMETERS_PAGE = 50;
const KEYS_PAGE = 100;

type Key = Pick<KeyMetadata, 'KeyManager' | 'KeySpec' | 'KeyState' | 'Origin'> & {
  KeyId?: string | undefined;
};

export async function* readSecrets(account: Account, region: string): AsyncGenerator<RawPage> {
  const { ListSecretsCommand } = await import('@aws-sdk/client-secrets-manager');
  const client = await account.clients.secrets(region);
  yield* pagesOf({
    operation: 'secretsmanager:ListSecrets',
    request: { region, maxResults: SECRETS_PAGE },
    limits: account.limits,
    async ask(NextToken) {
      const input = { MaxResults: SECRETS_PAGE, NextToken, IncludePlannedDeletion: true };
      const asked = await account.call((options) => client.send(new ListSecretsCommand(input), options));
      const { SecretList: items, NextToken: cursor } = asked.output;
      return { ...asked, output: { items, more: Boolean(cursor), cursor } };
    },
  });
}

export async function* readParameters(account: Account, region: string): AsyncGenerator<RawPage> {
  const { DescribeParametersCommand } = await import('@aws-sdk/client-ssm');
  const client = await account.clients.parameters(region);
  yield* pagesOf({
    operation: 'ssm:DescribeParameters',
    request: { region, maxResults: PARAMETERS_PAGE },
    limits: account.limits,
    async ask(NextToken) {
      const input = { MaxResults: PARAMETERS_PAGE, NextToken };
      const asked = await account.call((options) =>
        client.send(new DescribeParametersCommand(input), options),
      );
      const { Parameters: items, NextToken: cursor } = asked.output;
      return { ...asked, output: { items, more: Boolean(cursor), cursor } };
    },
  });
}

async function described({ clients, call }: Account, region: string, KeyId: string): Promise<Key> {
  const { DescribeKeyCommand } = await import('@aws-sdk/client-kms');
  const client = await clients.keys(region);
  const { output } = await call((options) => client.send(new DescribeKeyCommand({ KeyId }), options));
  if (output.KeyMetadata === undefined) throw new SourceError('failed', MISSHAPEN);
  return output.KeyMetadata;
}

async function rotationOf({ clients, call }: Account, region: string, KeyId: string): Promise<object> {
  const { GetKeyRotationStatusCommand } = await import('@aws-sdk/client-kms');
  const client = await clients.keys(region);
  const { output } = await call((options) =>
    client.send(new GetKeyRotationStatusCommand({ KeyId }), options),
  );
  const { KeyRotationEnabled, RotationPeriodInDays } = output;
  return { KeyRotationEnabled, RotationPeriodInDays };
}

/** Only symmetric keys whose material the provider made can be rotated by it; of its own keys it does not say. */
const tellsRotation = (key: Key): boolean =>
  key.KeyManager === 'CUSTOMER' &&
  key.KeySpec === 'SYMMETRIC_DEFAULT' &&
  key.Origin === 'AWS_KMS' &&
  key.KeyState !== 'PendingDeletion';

async function keyOf(account: Account, region: string, page: RawPage, KeyId: string): Promise<object> {
  page.calls = (page.calls ?? 1) + 1;
  const key = await beside(page, `key ${KeyId}`, () => described(account, region, KeyId));
  if (key === undefined) return { KeyId };
  if (!tellsRotation(key)) return key;
  page.calls += 1;
  const rotation = await beside(page, `rotation of key ${KeyId}`, () => rotationOf(account, region, KeyId));
  return { ...key, ...rotation };
}

export async function* readKeys(account: Account, region: string): AsyncGenerator<RawPage> {
  const { ListKeysCommand } = await import('@aws-sdk/client-kms');
  const client = await account.clients.keys(region);
  const pages = pagesOf({
    operation: 'kms:ListKeys',
    request: { region, limit: KEYS_PAGE },
    limits: account.limits,
    async ask(Marker) {
      const asked = await account.call((options) =>
        client.send(new ListKeysCommand({ Limit: KEYS_PAGE, Marker }), options),
      );
      const { Keys: items, Truncated: more, NextMarker: cursor } = asked.output;
      return { ...asked, output: { items, more: more ?? false, cursor } };
    },
  });
  for await (const page of pages) {
    const items: object[] = [];
    for (const { KeyId = '' } of page.items as Key[]) items.push(await keyOf(account, region, page, KeyId));
    yield { ...page, items: plain(items) as unknown[] };
  }
}
