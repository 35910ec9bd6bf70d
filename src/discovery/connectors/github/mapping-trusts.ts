import { z } from 'zod';
import { defineListing, type Mapping, type Observed } from '../../contract.ts';
import type { Marks } from '../../marks.ts';
import { repositoryKey, repositoryShape, time, utc } from './words.ts';

const ruleShape = (marks: Marks) =>
  marks.object({ type: marks.text(), prevent_self_review: z.boolean().optional() });

const environmentShape = (marks: Marks) =>
  marks.object({
    repository: repositoryShape(marks),
    item: marks.object({
      id: z.int(),
      name: marks.text(),
      created_at: time(),
      updated_at: time(),
      protection_rules: z.array(ruleShape(marks)).optional(),
      deployment_branch_policy: marks
        .object({ protected_branches: z.boolean(), custom_branch_policies: z.boolean() })
        .nullish(),
    }),
  });

type Environment = z.output<ReturnType<typeof environmentShape>>['item'];

function branchesOf({ deployment_branch_policy: policy }: Environment): string | undefined {
  if (policy === undefined) return undefined;
  if (policy === null) return 'all branches';
  return policy.protected_branches ? 'protected branches' : 'named branches';
}

/** What stands before a job may say that it runs in the environment. */
function conditionsOf(item: Environment): string | undefined {
  const rules = item.protection_rules?.map(({ type }) => type.replaceAll('_', ' ')).sort();
  const told = [...(rules ?? []), branchesOf(item)].filter((each) => each !== undefined);
  return told.length === 0 ? undefined : told.join('; ');
}

function environmentTrust(
  { repository, item }: { repository: { id: number; name: string }; item: Environment },
  mapping: Mapping,
): Observed {
  const conditions = conditionsOf(item);
  return {
    class: 'trust',
    naturalId: `environment/${repository.id}/${item.id}`,
    label: `${item.name} of ${repository.name}`,
    attributes: {
      kind: 'github-environment',
      holder: repositoryKey(mapping, repository),
      environment: item.name,
      created: utc(item.created_at),
      modified: utc(item.updated_at),
      ...(conditions === undefined ? {} : { conditions }),
    },
  };
}

export const environments = defineListing({
  listing: 'environments',
  about: 'environments that jobs deploy to, and what protects them',
  operations: ['GET /repos/{owner}/{repo}/environments'],
  restsOn: ['repositories'],
  shape: environmentShape,
  map: (item, mapping) => [environmentTrust(item, mapping)],
});

const DEFAULT_CLAIMS = ['repo', 'context'];

const subjectShape = (marks: Marks) =>
  marks.object({
    repository: repositoryShape(marks),
    issuer: marks.text(),
    organization: marks.object({ include_claim_keys: z.array(marks.text()) }),
    item: marks.object({
      use_default: z.boolean(),
      include_claim_keys: z.array(marks.text()).optional(),
      sub_claim_prefix: marks.text().optional(),
    }),
  });

type Subject = z.output<ReturnType<typeof subjectShape>>;

const claimsOf = ({ item, organization }: Subject): string[] =>
  item.use_default ? DEFAULT_CLAIMS : (item.include_claim_keys ?? organization.include_claim_keys);

/** The subject that a workflow of the repository gets, with `*` for what depends on the run. */
export function subjectPattern(subject: Subject): string {
  const { repository, item } = subject;
  const known: Record<string, string> = {
    repo: item.sub_claim_prefix ?? `repo:${repository.name}`,
    context: '*',
    repository: `repository:${repository.name}`,
    repository_id: `repository_id:${repository.id}`,
    repository_owner: `repository_owner:${repository.name.split('/')[0]}`,
  };
  return claimsOf(subject)
    .map((claim) => (Object.hasOwn(known, claim) ? known[claim] : `${claim}:*`))
    .join(':');
}

/** A template that does not name the repository gives its subject to other repositories too. */
const namesRepository = (claims: string[]): boolean =>
  claims.some((claim) => ['repo', 'repository', 'repository_id'].includes(claim));

/** The audience is left out: a workflow chooses it. */
export const oidcSubjects = defineListing({
  listing: 'oidc-subjects',
  about: 'which subject the workflows of a repository have towards clouds that trust GitHub',
  operations: [
    'GET /orgs/{org}/actions/oidc/customization/sub',
    'GET /repos/{owner}/{repo}/actions/oidc/customization/sub',
  ],
  restsOn: ['repositories'],
  shape: subjectShape,
  map: (subject, mapping) => [
    {
      class: 'trust',
      naturalId: `oidc/${subject.repository.id}`,
      label: `workflows of ${subject.repository.name}`,
      attributes: {
        kind: 'github-oidc-subject',
        holder: repositoryKey(mapping, subject.repository),
        issuer: subject.issuer,
        subject: subjectPattern(subject),
        template: subject.item.use_default ? 'default' : 'customised',
        namesRepository: namesRepository(claimsOf(subject)),
      },
    },
  ],
});
