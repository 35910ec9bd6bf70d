import type { EntityType, GetAccountAuthorizationDetailsResponse } from '@aws-sdk/client-iam';
import type { RawPage } from '../../contract.ts';
import { SourceError } from '../../source-error.ts';
import { type Account, beside, counted, type KnownUser } from './account.ts';
import { MISSHAPEN, pagesOf, plain } from './paging.ts';
import { decodedDocument, statementsOf, trustOf } from './policy-documents.ts';

const PAGE_ITEMS = 1000;
/** Holders come with the text of their policies. */
const HOLDER_PAGE_ITEMS = 100;
/** The provider remembers uses of roles for 400 days. */
const ROLE_MEMORY_DAYS = 400;
const DAY_MS = 86_400_000;

type Details = GetAccountAuthorizationDetailsResponse;

/** Pages of GetAccountAuthorizationDetails with one filter. */
export function details(
  { clients, call, limits }: Account,
  Filter: EntityType[],
  pick: (output: Details) => object[] | undefined,
  MaxItems = PAGE_ITEMS,
): AsyncGenerator<RawPage> {
  return pagesOf({
    operation: 'iam:GetAccountAuthorizationDetails',
    request: { filter: Filter.join(' '), maxItems: MaxItems },
    limits,
    async ask(Marker) {
      const [{ GetAccountAuthorizationDetailsCommand }, iam] = await Promise.all([
        import('@aws-sdk/client-iam'),
        clients.iam(),
      ]);
      const input = { Filter, MaxItems, Marker };
      const asked = await call((options) =>
        iam.send(new GetAccountAuthorizationDetailsCommand(input), options),
      );
      const { IsTruncated, Marker: cursor } = asked.output;
      return { ...asked, output: { items: pick(asked.output), more: IsTruncated, cursor } };
    },
  });
}

/** @returns counts by their names, e.g. `{ Users: 12, Roles: 40 }` */
export async function readSummary({ clients, call }: Pick<Account, 'clients' | 'call'>) {
  const { GetAccountSummaryCommand } = await import('@aws-sdk/client-iam');
  const iam = await clients.iam();
  const { output } = await call((options) => iam.send(new GetAccountSummaryCommand({}), options));
  if (output.SummaryMap === undefined) throw new SourceError('failed', MISSHAPEN);
  return output.SummaryMap as Record<string, number>;
}

/** Whether each user has a password, by ARN; undefined where there is no report. */
async function consoles(account: Account): Promise<Map<string, boolean> | undefined> {
  const report = await account.report?.().catch(() => undefined);
  return report && new Map(report.rows.map((row) => [row.arn ?? '', row.password_enabled === 'true']));
}

/** Policies are another listing's. */
const bareUser = (user: Record<string, unknown>, known: Map<string, boolean> | undefined) => {
  const { UserPolicyList: _inline, AttachedManagedPolicies: _attached, ...rest } = user;
  return { ...rest, Console: known?.get(String(user.Arn)) ?? null };
};

/** Users, each with whether it is taken for a person. */
export async function* readUsers(account: Account): AsyncGenerator<RawPage> {
  const known = await consoles(account);
  for await (const page of details(account, ['User'], (output) => output.UserDetailList)) {
    const items = page.items.map((item) => bareUser(item as Record<string, unknown>, known));
    yield counted(account, { ...page, items }, ['Users']);
  }
}

/** @throws SourceError where they cannot be read whole */
export async function collectUsers(account: Account): Promise<KnownUser[]> {
  const users: KnownUser[] = [];
  let end = false;
  for await (const page of readUsers(account)) {
    users.push(...(page.items as KnownUser[]));
    end = page.end;
  }
  if (!end) throw new SourceError('failed', 'the users could not be read whole');
  return users;
}

export async function* readGroups(account: Account): AsyncGenerator<RawPage> {
  for await (const page of details(account, ['Group'], (output) => output.GroupDetailList))
    yield counted(account, page, ['Groups']);
}

type RawRole = Record<string, unknown> & { RoleName?: string; CreateDate?: string; RoleLastUsed?: unknown };

/** First of the month after the provider's memory begins: it does not change from day to day. */
function trackedSince(now: Date): string {
  const start = new Date(now.getTime() - ROLE_MEMORY_DAYS * DAY_MS);
  return new Date(Date.UTC(start.getUTCFullYear(), start.getUTCMonth() + 1, 1)).toISOString();
}

async function lastUseOf({ clients, call }: Account, RoleName: string): Promise<unknown> {
  const { GetRoleCommand } = await import('@aws-sdk/client-iam');
  const iam = await clients.iam();
  const { output } = await call((options) => iam.send(new GetRoleCommand({ RoleName }), options));
  if (output.Role === undefined) throw new SourceError('failed', MISSHAPEN);
  return plain(output.Role.RoleLastUsed ?? {});
}

/** Its last use is told by the list or by a call of its own; `RoleLastUsed` stays away where that is refused. */
async function roleOf(account: Account, page: RawPage, role: RawRole): Promise<object> {
  const { RolePolicyList: _inline, AttachedManagedPolicies: _attached, ...rest } = role;
  const name = String(role.RoleName);
  if (rest.RoleLastUsed === undefined) {
    page.calls = (page.calls ?? 1) + 1;
    const used = await beside(page, `last use of role ${name}`, () => lastUseOf(account, name));
    if (used !== undefined) rest.RoleLastUsed = used;
  }
  const since = trackedSince(account.now());
  const older = String(role.CreateDate) < since;
  const trust = await beside(page, `trust policy of role ${name}`, async () =>
    trustOf(decodedDocument(role.AssumeRolePolicyDocument)),
  );
  return {
    ...rest,
    AssumeRolePolicyDocument: undefined,
    Trust: trust,
    ...(older ? { TrackedSince: since } : {}),
  };
}

export async function* readRoles(account: Account): AsyncGenerator<RawPage> {
  for await (const page of details(account, ['Role'], (output) => output.RoleDetailList, HOLDER_PAGE_ITEMS)) {
    const items: object[] = [];
    for (const role of page.items as RawRole[]) items.push(await roleOf(account, page, role));
    yield counted(account, { ...page, items: plain(items) as unknown[] }, ['Roles']);
  }
}

type RawPolicy = Record<string, unknown> & {
  Arn?: string;
  PolicyVersionList?: Array<{ Document?: string; IsDefaultVersion?: boolean }>;
};

async function policyOf(page: RawPage, policy: RawPolicy): Promise<object> {
  const { PolicyVersionList: versions = [], ...rest } = policy;
  const document = versions.find(({ IsDefaultVersion }) => IsDefaultVersion)?.Document;
  const statements = await beside(page, `policy ${policy.Arn}`, async () =>
    statementsOf(decodedDocument(document)),
  );
  return { ...rest, Statements: statements };
}

/** Policies that the account made itself, each with the version that holds. */
export async function* readPolicies(account: Account): AsyncGenerator<RawPage> {
  for await (const page of details(account, ['LocalManagedPolicy'], (output) => output.Policies)) {
    const items: object[] = [];
    for (const policy of page.items as RawPolicy[]) items.push(await policyOf(page, policy));
    yield counted(account, { ...page, items: plain(items) as unknown[] }, ['Policies']);
  }
}
