import { z } from 'zod';
import type { Marks } from '../../marks.ts';

/** Rules of roles as rights (https://kubernetes.io/docs/reference/access-authn-authz/rbac/). Pure. */

const texts = (marks: Marks) => z.array(marks.text()).nullish();

export const RULES = (marks: Marks) =>
  z.array(
    marks.object({
      verbs: texts(marks),
      apiGroups: texts(marks),
      resources: texts(marks),
      resourceNames: texts(marks),
      nonResourceURLs: texts(marks),
    }),
  );
export type Rule = Pick<
  z.output<ReturnType<typeof RULES>>[number],
  'verbs' | 'apiGroups' | 'resources' | 'resourceNames' | 'nonResourceURLs'
>;

const EVERY = '*';

/** `deployments.apps`, `pods/exec`, `pods/web-1`, as RBAC's own tools write them. */
function targetsOf({ apiGroups, resources, resourceNames, nonResourceURLs }: Rule): string[] {
  const groups = apiGroups?.length ? apiGroups : [''];
  const named = (resources ?? []).flatMap((resource) =>
    groups.map((group) => (group === '' ? resource : `${resource}.${group}`)),
  );
  const single = resourceNames?.length
    ? named.flatMap((target) => resourceNames.map((name) => `${target} named ${name}`))
    : named;
  return [...single, ...(nonResourceURLs ?? [])];
}

/** Each right as `verb on resource`. */
export const grantsOf = (rules: readonly Rule[]): string[] =>
  rules.flatMap((rule) =>
    targetsOf(rule).flatMap((target) => (rule.verbs ?? []).map((verb) => `${verb} on ${target}`)),
  );

const has = (list: readonly string[] | null | undefined, ...wanted: string[]): boolean =>
  [EVERY, ...wanted].some((each) => list?.includes(each));

/** Every verb on every resource of every group. */
export const isEverything = ({ verbs, apiGroups, resources, resourceNames }: Rule): boolean =>
  has(verbs) && has(apiGroups) && has(resources) && !resourceNames?.length;

/** Rights by which a holder can come to further rights: verbs, group, resources. */
const RAISING: Array<[name: string, verbs: string[], group: string, resources: string[]]> = [
  ['reads secrets', ['get', 'list', 'watch'], '', ['secrets']],
  ['makes tokens', ['create'], '', ['serviceaccounts/token']],
  ['starts workloads', ['create'], '', ['pods']],
  ['starts workloads', ['create', 'update', 'patch'], 'apps', ['deployments', 'daemonsets', 'statefulsets']],
  ['starts workloads', ['create', 'update', 'patch'], 'batch', ['jobs', 'cronjobs']],
  ['enters pods', ['create', 'get'], '', ['pods/exec', 'pods/attach']],
  ['impersonates', ['impersonate'], '', ['users', 'groups', 'serviceaccounts']],
  ['widens roles', ['escalate', 'bind'], 'rbac.authorization.k8s.io', ['roles', 'clusterroles']],
  ['speaks to nodes', ['get', 'create'], '', ['nodes/proxy']],
  [
    'approves certificates',
    ['update', 'patch'],
    'certificates.k8s.io',
    ['certificatesigningrequests/approval'],
  ],
];

const allows = (rule: Rule, verbs: string[], group: string, resources: string[]): boolean =>
  has(rule.verbs, ...verbs) && has(rule.apiGroups, group) && has(rule.resources, ...resources);

/** How whoever holds these rules can come to more than they say. */
export const raises = (rules: readonly Rule[]): string[] => [
  ...new Set(
    RAISING.filter(([, verbs, group, resources]) =>
      rules.some((rule) => allows(rule, verbs, group, resources)),
    ).map(([name]) => name),
  ),
];
