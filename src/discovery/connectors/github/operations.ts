import type { Operation } from '../../contract.ts';

/** Every call that is made, named as GitHub's API description names its path. All are reads but one, which says why it may. */
export const operations: Operation[] = [
  { name: 'GET /orgs/{org}', privilege: 'organization Administration: read, for the count of repositories' },
  { name: 'GET /orgs/{org}/repos', privilege: 'repository Metadata: read' },
  { name: 'GET /orgs/{org}/installations', privilege: 'organization Administration: read' },
  {
    name: 'GET /orgs/{org}/personal-access-tokens',
    privilege: 'organization Personal access tokens: read; GitHub answers Apps alone',
  },
  {
    name: 'GET /orgs/{org}/credential-authorizations',
    privilege: 'organization Administration: read; Enterprise Cloud with SAML only',
  },
  { name: 'GET /orgs/{org}/actions/secrets', privilege: 'organization Secrets: read' },
  { name: 'GET /orgs/{org}/dependabot/secrets', privilege: 'organization Dependabot secrets: read' },
  { name: 'GET /orgs/{org}/actions/oidc/customization/sub', privilege: 'organization Administration: read' },
  { name: 'GET /orgs/{org}/actions/runners', privilege: 'organization Self-hosted runners: read' },
  { name: 'GET /orgs/{org}/hooks', privilege: 'organization Webhooks: read' },
  {
    name: 'GET /orgs/{org}/audit-log',
    privilege: 'organization Administration: read; Enterprise Cloud and Server only',
  },
  { name: 'GET /repos/{owner}/{repo}/keys', privilege: 'repository Administration: read' },
  { name: 'GET /repos/{owner}/{repo}/actions/secrets', privilege: 'repository Secrets: read' },
  { name: 'GET /repos/{owner}/{repo}/dependabot/secrets', privilege: 'repository Dependabot secrets: read' },
  { name: 'GET /repos/{owner}/{repo}/environments', privilege: 'repository Actions: read' },
  {
    name: 'GET /repos/{owner}/{repo}/environments/{environment_name}/secrets',
    privilege: 'repository Environments: read',
  },
  { name: 'GET /repos/{owner}/{repo}/actions/oidc/customization/sub', privilege: 'repository Actions: read' },
  { name: 'GET /repos/{owner}/{repo}/actions/runners', privilege: 'repository Administration: read' },
  { name: 'GET /repos/{owner}/{repo}/hooks', privilege: 'repository Webhooks: read' },
  {
    name: 'GET /repos/{owner}/{repo}/contents/{path}',
    privilege: 'repository Contents: read, or Single file for the three places of CODEOWNERS',
  },
  { name: 'GET /orgs/{org}/installation', privilege: "the App's own key" },
  {
    name: 'POST /app/installations/{installation_id}/access_tokens',
    privilege: "the App's own key",
    note: 'Makes a token of one hour for ourselves, which GitHub keeps no list of: how an App signs in. It changes nothing of the organisation.',
  },
];
