import type { FakeOrganization } from './fake.ts';
import {
  authorization,
  deployKey,
  environment,
  grant,
  installation,
  logEvent,
  organizationSecret,
  repository,
  runner,
  secret,
  webhook,
} from './objects.ts';

/** A public key that was made for this test, and its fingerprint as `ssh-keygen -l` prints it. */
export const PUBLIC_KEY = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIIRUlda27r63HMTDTmRpWVgdjxWWn2KC3KSt7MydhITm';
export const FINGERPRINT = 'SHA256:pYslNESV3Q+oYfOHjywn3aKA3jiwi3ON2T91gof+S7s';

/** An organisation in which there is one of everything. */
export const estate = (): FakeOrganization => ({
  login: 'example',
  repositories: [
    {
      object: repository('example', 'shop'),
      keys: [
        deployKey('deployer', PUBLIC_KEY, {
          read_only: false,
          added_by: 'alice',
          last_used: '2025-01-02T03:04:05Z',
        }),
      ],
      secrets: [secret('DEPLOY_TOKEN')],
      dependabot: [secret('REGISTRY_TOKEN')],
      environments: [
        environment('production', {
          protection_rules: [
            { id: 1, node_id: 'GA_1', type: 'required_reviewers', prevent_self_review: true, reviewers: [] },
            { id: 2, node_id: 'GA_2', type: 'branch_policy' },
          ],
          deployment_branch_policy: { protected_branches: true, custom_branch_policies: false },
        }),
      ],
      environmentSecrets: { production: [secret('DATABASE_PASSWORD')] },
      subject: { use_default: false, include_claim_keys: ['repository_owner', 'context'] },
      runners: [runner('shop-runner')],
      hooks: [webhook('https://hooks.example.net/services/T0/B0/unguessable', false)],
      files: {
        '.github/CODEOWNERS': '# who answers\n* @bob\n/docs @carol\n*  @example/shop bob@example.net # all\n',
      },
    },
    { object: repository('example', 'site', false), files: { CODEOWNERS: '* @bob\n' } },
  ],
  installations: [
    installation('example', 'release-bot', {
      permissions: { metadata: 'read', administration: 'write' },
      repository_selection: 'all',
    }),
    installation('example', 'old-bot', { suspended_at: '2024-09-01T00:00:00Z' }),
  ],
  tokens: [grant('bob', 'nightly', { token_expires_at: '2026-01-01T00:00:00-08:00' })],
  authorizations: [
    authorization('bob', 'personal access token', {
      token_last_eight: '12345678',
      scopes: ['repo', 'admin:org'],
      authorized_credential_note: 'backup script',
      authorized_credential_expires_at: null,
    }),
    authorization('bob', 'SSH key', { fingerprint: FINGERPRINT }),
  ],
  log: [
    logEvent('deploy_key.create', 'doc-1', { repo: 'example/shop', deploy_key_fingerprint: FINGERPRINT }),
    logEvent('integration_installation.create', 'doc-2', { name: 'release-bot' }),
    logEvent('repo.create', 'doc-3'),
  ],
  secrets: [organizationSecret('SHARED_TOKEN')],
  dependabot: [organizationSecret('SHARED_REGISTRY')],
  runners: [runner('build-1')],
  hooks: [webhook('https://ci.example.net/github', true)],
});
