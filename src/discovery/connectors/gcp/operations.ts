import type { Operation } from '../../contract.ts';

/** Hosts of the APIs, by the first word of an operation's name. */
export const HOSTS: Record<string, string> = {
  cloudresourcemanager: 'https://cloudresourcemanager.googleapis.com',
  iam: 'https://iam.googleapis.com',
  apikeys: 'https://apikeys.googleapis.com',
  policyanalyzer: 'https://policyanalyzer.googleapis.com',
};

const READS_BY_POST = 'a POST that reads: its body says which version of the policy is wanted';

/** Every call that is made, by the name in Google's API descriptions, with the one permission that allows it. */
export const operations: Operation[] = [
  {
    name: 'cloudresourcemanager.projects.search',
    privilege: 'resourcemanager.projects.get',
    note: 'finds what may be read; not made with the setting `projects`',
  },
  {
    name: 'cloudresourcemanager.projects.getIamPolicy',
    privilege: 'resourcemanager.projects.getIamPolicy',
    note: READS_BY_POST,
  },
  { name: 'iam.projects.serviceAccounts.list', privilege: 'iam.serviceAccounts.list' },
  {
    name: 'iam.projects.serviceAccounts.getIamPolicy',
    privilege: 'iam.serviceAccounts.getIamPolicy',
    note: 'a POST that reads, without a body',
  },
  {
    name: 'iam.projects.serviceAccounts.keys.list',
    privilege: 'iam.serviceAccountKeys.list',
    note: 'public halves and dates; a private key is shown once, when it is made',
  },
  {
    name: 'iam.projects.locations.workloadIdentityPools.list',
    privilege: 'iam.workloadIdentityPools.list',
  },
  {
    name: 'iam.projects.locations.workloadIdentityPools.providers.list',
    privilege: 'iam.workloadIdentityPoolProviders.list',
  },
  {
    name: 'apikeys.projects.locations.keys.list',
    privilege: 'apikeys.keys.list',
    note: 'without the key strings, for which there is another call',
  },
  {
    name: 'policyanalyzer.projects.locations.activityTypes.activities.query',
    privilege:
      'policyanalyzer.serviceAccountLastAuthenticationActivities.query, policyanalyzer.serviceAccountKeyLastAuthenticationActivities.query',
    note: 'only with the setting `activity`',
  },
];
