import type { RawPage } from '../../contract.ts';
import { type Account, beside } from './account.ts';
import { details } from './iam.ts';
import { plain } from './paging.ts';
import { decodedDocument, type Statement, statementsOf } from './policy-documents.ts';

const PAGE_ITEMS = 1000;
const HOLDER_PAGE_ITEMS = 100;

interface Inline {
  PolicyName?: string;
  PolicyDocument?: string;
}
interface Attached {
  PolicyName?: string;
  PolicyArn?: string;
}
interface Holder {
  UserId?: string;
  RoleId?: string;
  Arn?: string;
  GroupName?: string;
  GroupList?: string[];
  UserPolicyList?: Inline[];
  RolePolicyList?: Inline[];
  GroupPolicyList?: Inline[];
  AttachedManagedPolicies?: Attached[];
  PermissionsBoundary?: { PermissionsBoundaryArn?: string };
}
interface Managed {
  Arn?: string;
  PolicyVersionList?: Array<{ Document?: string; IsDefaultVersion?: boolean }>;
}

/** A policy that a holder has, and by which path. */
export interface HeldPolicy {
  path: string;
  statements: Statement[];
}

/** What grants without being a holder: policies by ARN, groups by name. */
interface Known {
  documents: Map<string, string>;
  groups: Map<string, Holder>;
  calls: number;
}

async function readKnown(account: Account): Promise<Known> {
  const known: Known = { documents: new Map(), groups: new Map(), calls: 0 };
  const filters = ['LocalManagedPolicy', 'AWSManagedPolicy'] as const;
  for await (const page of details(account, [...filters], (output) => output.Policies, PAGE_ITEMS)) {
    known.calls += page.calls ?? 1;
    for (const { Arn = '', PolicyVersionList = [] } of page.items as Managed[])
      known.documents.set(Arn, PolicyVersionList.find((one) => one.IsDefaultVersion)?.Document ?? '');
  }
  for await (const page of details(account, ['Group'], (output) => output.GroupDetailList, PAGE_ITEMS)) {
    known.calls += page.calls ?? 1;
    for (const group of page.items as Holder[]) known.groups.set(String(group.GroupName), group);
  }
  return known;
}

/** Policies of a user, role or group itself. */
function ownPolicies(
  holder: Holder,
  known: Known,
  by = '',
): Array<{ path: string; document: string | undefined }> {
  const { UserPolicyList = [], RolePolicyList = [], GroupPolicyList = [] } = holder;
  return [
    ...(holder.AttachedManagedPolicies ?? []).map(({ PolicyName, PolicyArn }) => ({
      path: `${by}policy ${PolicyName}`,
      document: known.documents.get(String(PolicyArn)),
    })),
    ...[...UserPolicyList, ...RolePolicyList, ...GroupPolicyList].map(({ PolicyName, PolicyDocument }) => ({
      path: `${by}inline policy ${PolicyName}`,
      document: PolicyDocument,
    })),
  ];
}

/** A group or policy that is named and was not listed may grant anything: an error, and the rest stands. */
async function held(holder: Holder, known: Known, page: RawPage): Promise<HeldPolicy[]> {
  const groups = (holder.GroupList ?? []).map((name) => ({ name, group: known.groups.get(name) }));
  const all = [
    ...ownPolicies(holder, known),
    ...groups.flatMap(({ name, group }) =>
      group === undefined
        ? [{ path: `group ${name}`, document: undefined }]
        : ownPolicies(group, known, `group ${name}: `),
    ),
  ];
  const read: HeldPolicy[] = [];
  for (const { path, document } of all) {
    const statements = await beside(page, path, async () => statementsOf(decodedDocument(document)));
    if (statements !== undefined) read.push({ path, statements });
  }
  return read;
}

async function itemOf(holder: Holder, known: Known, page: RawPage): Promise<object> {
  const boundary = holder.PermissionsBoundary?.PermissionsBoundaryArn;
  const document = boundary === undefined ? undefined : known.documents.get(boundary);
  return {
    ...(holder.UserId === undefined ? { RoleId: holder.RoleId } : { UserId: holder.UserId }),
    Policies: await held(holder, known, page),
    ...(boundary === undefined
      ? {}
      : {
          Boundary: boundary,
          BoundaryStatements: await beside(page, `boundary ${boundary}`, async () =>
            statementsOf(decodedDocument(document)),
          ),
        }),
  };
}

/** Users and roles with every policy that holds for them, the text included: each item can be judged by itself. */
export async function* readPermissions(account: Account): AsyncGenerator<RawPage> {
  const known = await readKnown(account);
  const holders = details(
    account,
    ['User', 'Role'],
    ({ UserDetailList, RoleDetailList }) =>
      UserDetailList && RoleDetailList && [...UserDetailList, ...RoleDetailList],
    HOLDER_PAGE_ITEMS,
  );
  let calls = known.calls;
  for await (const page of holders) {
    const items: object[] = [];
    for (const holder of page.items as Holder[]) items.push(await itemOf(holder, known, page));
    yield { ...page, calls: (page.calls ?? 1) + calls, items: plain(items) as unknown[] };
    calls = 0;
  }
}
