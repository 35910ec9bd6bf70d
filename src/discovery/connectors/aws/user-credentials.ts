import { createHash, X509Certificate } from 'node:crypto';
import type { RawPage } from '../../contract.ts';
import { SourceError } from '../../source-error.ts';
import { type Account, beside, type KnownUser } from './account.ts';
import { MISSHAPEN, pagesOf, plain, type Turned } from './paging.ts';

/** Users whose credentials make one page. */
const USERS_PER_PAGE = 100;
const AT_ONCE = 4;

type Item = Record<string, unknown>;

interface OfUsers {
  operation: string;
  /** For people: `access keys`. */
  what: string;
  list(
    user: KnownUser,
    Marker: string | undefined,
  ): Promise<{ output: Turned; calls: number; providerTime?: Date }>;
  /** What a further call tells of one credential. */
  more?(item: Item, page: RawPage): Promise<Item>;
}

async function ofUser(account: Account, of: OfUsers, user: KnownUser, page: RawPage): Promise<void> {
  const { operation, what } = of;
  await beside(page, `${what} of user ${user.UserId}`, async () => {
    const ask = (cursor: string | undefined) => of.list(user, cursor);
    for await (const read of pagesOf({ operation, request: {}, limits: account.limits, ask })) {
      page.calls = (page.calls ?? 0) + (read.calls ?? 1);
      page.denied = [...(page.denied ?? []), ...(read.denied ?? [])];
      if (read.providerTime !== undefined) page.providerTime = read.providerTime;
      for (const item of read.items as Item[]) {
        const whole = of.more === undefined ? item : await of.more(item, page);
        // The name may be a person's, and the id says who it is.
        page.items.push({ ...whole, UserName: undefined, UserId: user.UserId });
      }
    }
  });
}

/** Some at a time: the provider allows few requests a second and account. */
async function eachOf<Value>(values: Value[], run: (value: Value) => Promise<void>): Promise<void> {
  const waiting = values[Symbol.iterator]();
  const worker = async () => {
    for (const value of waiting) await run(value);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

const byId = (a: unknown, b: unknown): number => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1);

async function* ofUsers(account: Account, of: OfUsers): AsyncGenerator<RawPage> {
  const users = await account.users();
  for (let from = 0; from === 0 || from < users.length; from += USERS_PER_PAGE) {
    const some = users.slice(from, from + USERS_PER_PAGE);
    const page: RawPage = {
      operation: of.operation,
      request: { users: some.length, from: some[0]?.UserId ?? null },
      items: [],
      calls: 0,
      end: from + USERS_PER_PAGE >= users.length,
    };
    await eachOf(some, (user) => ofUser(account, of, user, page));
    // Answers come in any order; the same estate makes the same page.
    page.items = (plain(page.items) as unknown[]).sort(byId);
    yield page;
  }
}

async function withLastUse(account: Account, item: Item, page: RawPage): Promise<Item> {
  const AccessKeyId = String(item.AccessKeyId);
  const { GetAccessKeyLastUsedCommand } = await import('@aws-sdk/client-iam');
  const iam = await account.clients.iam();
  page.calls = (page.calls ?? 0) + 1;
  const used = await beside(page, `last use of access key ${AccessKeyId}`, async () => {
    const { output } = await account.call((options) =>
      iam.send(new GetAccessKeyLastUsedCommand({ AccessKeyId }), options),
    );
    if (output.AccessKeyLastUsed === undefined) throw new SourceError('failed', MISSHAPEN);
    return output.AccessKeyLastUsed;
  });
  return used === undefined ? item : { ...item, LastUsed: used };
}

export const readAccessKeys = (account: Account): AsyncGenerator<RawPage> =>
  ofUsers(account, {
    operation: 'iam:ListAccessKeys',
    what: 'access keys',
    async list({ UserName }, Marker) {
      const { ListAccessKeysCommand } = await import('@aws-sdk/client-iam');
      const iam = await account.clients.iam();
      const asked = await account.call((options) =>
        iam.send(new ListAccessKeysCommand({ UserName, Marker }), options),
      );
      const {
        AccessKeyMetadata: items,
        Marker: cursor,
        IsTruncated: more = cursor !== undefined,
      } = asked.output;
      return { ...asked, output: { items, more, cursor } };
    },
    more: (item, page) => withLastUse(account, item, page),
  });

export const readServiceCredentials = (account: Account): AsyncGenerator<RawPage> =>
  ofUsers(account, {
    operation: 'iam:ListServiceSpecificCredentials',
    what: 'service-specific credentials',
    async list({ UserName }, Marker) {
      const { ListServiceSpecificCredentialsCommand } = await import('@aws-sdk/client-iam');
      const iam = await account.clients.iam();
      const asked = await account.call((options) =>
        iam.send(new ListServiceSpecificCredentialsCommand({ UserName, Marker }), options),
      );
      const {
        ServiceSpecificCredentials: items,
        Marker: cursor,
        IsTruncated: more = cursor !== undefined,
      } = asked.output;
      return { ...asked, output: { items, more, cursor } };
    },
  });

/** Its public key, by which other sources know it, and its end. */
function toldBy({ CertificateBody }: Item): Item {
  const { publicKey, validToDate } = new X509Certificate(String(CertificateBody));
  const spki = publicKey.export({ type: 'spki', format: 'der' });
  return { Spki: createHash('sha256').update(spki).digest('hex'), NotAfter: validToDate.toISOString() };
}

export const readSigningCertificates = (account: Account): AsyncGenerator<RawPage> =>
  ofUsers(account, {
    operation: 'iam:ListSigningCertificates',
    what: 'signing certificates',
    async list({ UserName }, Marker) {
      const { ListSigningCertificatesCommand } = await import('@aws-sdk/client-iam');
      const iam = await account.clients.iam();
      const asked = await account.call((options) =>
        iam.send(new ListSigningCertificatesCommand({ UserName, Marker }), options),
      );
      const { Certificates: items, Marker: cursor, IsTruncated: more = cursor !== undefined } = asked.output;
      return { ...asked, output: { items, more, cursor } };
    },
    more: async (item, page) => ({
      ...item,
      ...(await beside(page, 'a certificate', async () => toldBy(item))),
    }),
  });

export const readSshKeys = (account: Account): AsyncGenerator<RawPage> =>
  ofUsers(account, {
    operation: 'iam:ListSSHPublicKeys',
    what: 'SSH public keys',
    async list({ UserName }, Marker) {
      const { ListSSHPublicKeysCommand } = await import('@aws-sdk/client-iam');
      const iam = await account.clients.iam();
      const asked = await account.call((options) =>
        iam.send(new ListSSHPublicKeysCommand({ UserName, Marker }), options),
      );
      const { SSHPublicKeys: items, Marker: cursor, IsTruncated: more = cursor !== undefined } = asked.output;
      return { ...asked, output: { items, more, cursor } };
    },
  });
