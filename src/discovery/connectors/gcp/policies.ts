import { z } from 'zod';
import { GRANTS_MAX } from '#verifier';
import { defineListing, type Mapping, type Observed } from '../../contract.ts';
import type { Marks } from '../../marks.ts';
import { told } from '../../told.ts';
import { accountId } from './mapping.ts';

/** Roles with which a project can be taken over whole: everything in it, or the giving of roles. */
const ADMINISTRATORS = new Set([
  'roles/owner',
  'roles/editor',
  'roles/iam.securityAdmin',
  'roles/resourcemanager.organizationAdmin',
  'roles/resourcemanager.projectIamAdmin',
]);

/** Members that are no person and no group of them. All others are commitments. */
const MACHINE =
  /^(deleted:)?(serviceAccount:|principal:\/\/|principalSet:\/\/)|^(allUsers|allAuthenticatedUsers|projectOwner:.*|projectEditor:.*|projectViewer:.*)$/;

const policyShape = (marks: Marks) =>
  marks.object({
    bindings: z
      .array(
        marks.object({
          role: marks.text(),
          members: z
            .array(z.union([marks.text().refine((word) => MACHINE.test(word)), marks.personal()]))
            .optional(),
          condition: marks
            .object({ title: marks.text().optional(), expression: marks.text().optional() })
            .optional(),
        }),
      )
      .optional(),
  });

type Policy = z.output<ReturnType<typeof policyShape>>;

interface Bound {
  role: string;
  condition: string | undefined;
}

/** What each machine has, by the member's own name. */
function byMember({ bindings = [] }: Policy): Map<string, Bound[]> {
  const bound = new Map<string, Bound[]>();
  for (const { role, members = [], condition } of bindings)
    for (const member of members)
      if (typeof member === 'string')
        bound.set(member, [...(bound.get(member) ?? []), { role, condition: condition?.expression }]);
  return bound;
}

/** A service account's project is in its address, but for the default one of Compute Engine, which is told of this project. */
function homeOf(email: string, project: string): string | undefined {
  const [name = '', host = ''] = email.split('@');
  if (host === 'appspot.gserviceaccount.com') return name;
  if (host === 'developer.gserviceaccount.com') return project;
  const [, home] = /^([a-z][a-z0-9-]+)\.iam\.gserviceaccount\.com$/.exec(host) ?? [];
  // Google's own agents stand in nobody's list.
  return home?.startsWith('gcp-sa-') ? undefined : home;
}

function holderOf(member: string, mapping: Mapping): string | undefined {
  const [, email] = /^serviceAccount:([^[\]]+@[^[\]]+)$/.exec(member) ?? [];
  const home = email === undefined ? undefined : homeOf(email, mapping.partition);
  return email === undefined || home === undefined
    ? undefined
    : mapping.key('identity', accountId(email), home);
}

const sortOf = (member: string): string => {
  if (member.startsWith('deleted:')) return 'gcp-deleted-member';
  if (member.startsWith('serviceAccount:')) return 'gcp-iam-binding';
  return member.startsWith('principal') ? 'gcp-federated-binding' : 'gcp-public-binding';
};

const grantOf = ({ role, condition }: Bound, project: string): string =>
  `${role} on projects/${project}${condition === undefined ? '' : ` if ${condition}`}`;

function permissionsOf(member: string, bound: Bound[], mapping: Mapping): Observed[] {
  const { partition } = mapping;
  const grants = bound.map((each) => grantOf(each, partition)).sort();
  const pieces = Math.ceil(grants.length / GRANTS_MAX);
  return Array.from({ length: pieces }, (_, index) => ({
    class: 'permission',
    naturalId: `project/${member}${index === 0 ? '' : `/${index + 1}`}`,
    label: `roles in ${partition}`,
    attributes: {
      kind: sortOf(member),
      holder: holderOf(member, mapping) ?? null,
      principal: member,
      path: `IAM policy of project ${partition}`,
      grants: grants.slice(index * GRANTS_MAX, (index + 1) * GRANTS_MAX),
      administrator: bound.some(({ role }) => ADMINISTRATORS.has(role)),
    },
  }));
}

const isOfProject = (member: string): boolean => member.startsWith('project');

export const projectPolicy = defineListing({
  listing: 'iam-policy',
  about: 'roles that machines hold in the project; members that are people stay commitments',
  operations: ['cloudresourcemanager.projects.getIamPolicy'],
  shape: policyShape,
  map: (policy, mapping) =>
    [...byMember(policy)]
      .filter(([member]) => !isOfProject(member))
      .flatMap(([member, bound]) => permissionsOf(member, bound, mapping)),
});

/** Whose word is taken for who that member is, and about whom. */
function believed(member: string): { issuer: string; subject: string } {
  const [, cluster, namespace, account] =
    /^serviceAccount:([^[]+)\[([^/\]]+)\/([^\]]+)\]$/.exec(member) ?? [];
  if (cluster !== undefined)
    return { issuer: cluster, subject: `system:serviceaccount:${namespace}:${account}` };
  const [, pool, subject] =
    /^principal(?:Set)?:\/\/iam\.googleapis\.com\/((?:[^/]{1,100}\/){1,8}workloadIdentityPools\/[^/]{1,100})\/(.+)$/.exec(
      member,
    ) ?? [];
  if (pool !== undefined && subject !== undefined) return { issuer: pool, subject };
  return { issuer: 'https://accounts.google.com', subject: member };
}

const accountPolicyShape = (marks: Marks) =>
  marks.object({ email: marks.text(), policy: policyShape(marks) });

function fromAccountPolicy(
  { email, policy }: z.output<ReturnType<typeof accountPolicyShape>>,
  mapping: Mapping,
): Observed[] {
  return [...byMember(policy)]
    .filter(([member]) => !isOfProject(member))
    .map(([member, bound]) => {
      const conditions = bound.flatMap(({ condition }) => condition ?? []).join('; ');
      return {
        class: 'trust',
        naturalId: `acts-as/${accountId(email)}/${member}`,
        label: `may act as ${email}`,
        attributes: {
          kind: 'gcp-impersonation',
          holder: mapping.key('identity', accountId(email)),
          ...believed(member),
          roles: bound.map(({ role }) => role).sort(),
          ...told({ conditions: conditions === '' ? undefined : conditions }),
        },
      };
    });
}

export const accountPolicies = defineListing({
  listing: 'service-account-policies',
  about: 'which machines may act as a service account',
  operations: ['iam.projects.serviceAccounts.getIamPolicy'],
  restsOn: ['service-accounts'],
  shape: accountPolicyShape,
  map: fromAccountPolicy,
});
