import { z } from 'zod';
import { GRANTS_MAX } from '#verifier';
import { defineListing, type Listing, type Mapping, type Observed } from '../../contract.ts';
import { idOf, type Marks } from '../../marks.ts';
import { grantsOf, isEverything, RULES, type Rule, raises } from './grants.ts';
import { operationOf, RESOURCES } from './operations.ts';
import { accountId, metadata, told, type UserName, userId, userName, userOf } from './words.ts';

const BOOTSTRAPPING = 'kubernetes.io/bootstrapping';
const CLUSTER_ADMIN = 'cluster-admin';
/** Everybody who can reach the API server, or everybody whom it knows by whatever means. */
const OPEN = ['system:unauthenticated', 'system:authenticated', 'system:anonymous'];

const labels = (marks: Marks) => ({
  labels: marks.object({ [BOOTSTRAPPING]: marks.text().optional() }).optional(),
});

const roleShape = (marks: Marks) =>
  marks.object({ metadata: metadata(marks, labels(marks)), rules: RULES(marks).nullish() });

/** Kept with their rules, so that what a binding grants can be worked out again; a role alone gives nobody anything. */
const roles = (listing: 'roles' | 'cluster-roles', about: string): Listing =>
  defineListing({
    listing,
    about,
    operations: [operationOf(RESOURCES[listing])],
    shape: roleShape,
    map: () => [],
  });

export const namespacedRoles = roles(
  'roles',
  'roles of namespaces and their rules; they count where they are bound',
);
export const clusterRoles = roles(
  'cluster-roles',
  'roles of the cluster and their rules; they count where they are bound',
);

const subject = (marks: Marks) =>
  z.discriminatedUnion('kind', [
    marks.object({
      kind: z.literal('ServiceAccount'),
      name: marks.text(),
      namespace: marks.text().optional(),
    }),
    marks.object({ kind: z.literal('Group'), name: marks.text() }),
    marks.object({ kind: z.literal('User'), name: userName(marks) }),
  ]);
type Subject = z.output<ReturnType<typeof subject>>;

const bindingShape = (marks: Marks) =>
  marks.object({
    kind: marks.text().optional(),
    metadata: metadata(marks, labels(marks)),
    roleRef: marks.object({ kind: marks.text(), name: marks.text() }),
    subjects: z.array(subject(marks)).nullish(),
    /** Rules of the bound role as they were listed; empty where there is no such role, null where roles could not be read. */
    rules: RULES(marks).nullable(),
  });
type Binding = z.output<ReturnType<typeof bindingShape>>;

interface Holder {
  naturalId: string;
  name: UserName;
  /** Things that only the binding tells of. */
  identity: Observed[];
}

function holderOf(bound: Subject, namespace: string): Holder {
  if (bound.kind === 'ServiceAccount') {
    const place = bound.namespace ?? namespace;
    return { naturalId: accountId(place, bound.name), name: `${place}/${bound.name}`, identity: [] };
  }
  if (bound.kind === 'User')
    return { naturalId: userId(bound.name), name: bound.name, identity: userOf(bound.name) };
  const naturalId = `group/${bound.name}`;
  const attributes = { kind: 'kubernetes-group', ...told('members', membersOf(bound.name)) };
  return {
    naturalId,
    name: bound.name,
    identity: [{ class: 'identity', naturalId, label: bound.name, attributes }],
  };
}

const ACCOUNTS_GROUP = /^system:serviceaccounts(?::(.+))?$/;

/** Who is in a group by its name alone. */
function membersOf(group: string): string | undefined {
  const found = ACCOUNTS_GROUP.exec(group);
  if (found === null) return undefined;
  return found[1] === undefined ? 'every service account' : `every service account of ${found[1]}`;
}

const placeOf = (namespace: string): string => (namespace === '' ? '' : ` in ${namespace}`);

/** By what the holder has the right, for people. */
function pathOf({ metadata: { name, namespace = '' }, roleRef }: Binding): string {
  const binding = namespace === '' ? 'ClusterRoleBinding' : 'RoleBinding';
  return `${binding} ${name}${placeOf(namespace)} to ${roleRef.kind} ${roleRef.name}`;
}

function isAdministrator({ roleRef }: Binding, rules: readonly Rule[]): boolean {
  return (roleRef.kind === 'ClusterRole' && roleRef.name === CLUSTER_ADMIN) || rules.some(isEverything);
}

/** What is said of one subject of a binding, whether it holds the right or is let in by it. */
function rightsOf(binding: Binding): Observed['attributes'][] {
  const { namespace = '', labels: given, creationTimestamp } = binding.metadata;
  const rules = binding.rules ?? [];
  const grants = [...new Set(grantsOf(rules))].map((grant) => `${grant}${placeOf(namespace)}`);
  const raising = raises(rules);
  const common = {
    kind: namespace === '' ? 'kubernetes-cluster-role-binding' : 'kubernetes-role-binding',
    path: pathOf(binding),
    ...told('created', creationTimestamp ?? undefined),
    administrator: isAdministrator(binding, rules),
    ...(given?.[BOOTSTRAPPING] === undefined ? {} : { builtIn: true }),
    ...(raising.length > 0 ? { canRaiseItselfBy: raising } : {}),
  };
  if (binding.rules === null) return [common];
  const parts = Math.max(1, Math.ceil(grants.length / GRANTS_MAX));
  return Array.from({ length: parts }, (_, part) => ({
    ...common,
    grants: grants.slice(part * GRANTS_MAX, (part + 1) * GRANTS_MAX),
  }));
}

function boundTo(bound: Subject, binding: Binding, { key }: Mapping): Observed[] {
  const { name, namespace = '' } = binding.metadata;
  const holder = holderOf(bound, namespace);
  const naturalId = `binding/${namespace}/${name}/${holder.naturalId}`;
  const isOpen = typeof bound.name === 'string' && OPEN.includes(bound.name);
  const rights = rightsOf(binding).map(
    (attributes, part): Observed => ({
      class: isOpen ? 'exposure' : 'permission',
      naturalId: part === 0 ? naturalId : `${naturalId}/${part + 1}`,
      label: typeof holder.name === 'string' ? `${binding.roleRef.name} for ${holder.name}` : holder.name,
      attributes: isOpen
        ? {
            ...attributes,
            kind: 'kubernetes-open-binding',
            openTo: idOf(bound.name),
            location: pathOf(binding),
          }
        : { ...attributes, holder: key('identity', holder.naturalId) },
    }),
  );
  return isOpen ? rights : [...holder.identity, ...rights];
}

const bindings = (listing: 'role-bindings' | 'cluster-role-bindings', about: string): Listing =>
  defineListing({
    listing,
    about,
    operations: [operationOf(RESOURCES[listing])],
    restsOn: listing === 'role-bindings' ? ['roles', 'cluster-roles'] : ['cluster-roles'],
    shape: bindingShape,
    map: (binding, mapping) => (binding.subjects ?? []).flatMap((bound) => boundTo(bound, binding, mapping)),
  });

export const roleBindings = bindings(
  'role-bindings',
  'who holds which rights in which namespace, by the rules of the bound role',
);
export const clusterRoleBindings = bindings(
  'cluster-role-bindings',
  'who holds which rights everywhere, and what is open to anybody',
);
