import type { HostObserved } from '../../files/observed.ts';
import type { FileRead } from '../../files/reader.ts';
import { observeSecret } from '../../files/secrets.ts';
import { homesOf } from './account.ts';
import * as parse from './credential-parsers.ts';
import type { Scene } from './scene.ts';

interface CredentialFile {
  /** Below a home. `*` is any one name. */
  path: string;
  kind: string;
  parse: parse.Parser;
}

const file = (path: string, kind: string, parser: parse.Parser): CredentialFile => ({
  path,
  kind,
  parse: parser,
});

/** Where the tools of clouds, registries and agents keep what they log in with. */
const FILES: CredentialFile[] = [
  file('.aws/credentials', 'aws-credentials', parse.aws),
  file('.aws/config', 'aws-credentials', parse.aws),
  file('.aws/sso/cache/*', 'aws-sso-token', parse.json),
  file('.config/gcloud/application_default_credentials.json', 'gcloud-credentials', parse.google),
  file('.config/gcloud/legacy_credentials/*/adc.json', 'gcloud-credentials', parse.google),
  file('.config/gcloud/credentials.db', 'gcloud-credentials', parse.sealed),
  file('.azure/msal_token_cache.json', 'azure-token', parse.json),
  file('.azure/accessTokens.json', 'azure-token', parse.json),
  file('.azure/service_principal_entries.json', 'azure-service-principal', parse.json),
  file('.azure/msal_token_cache.bin', 'azure-token', parse.sealed),
  file('.docker/config.json', 'container-registry', parse.docker),
  file('.config/containers/auth.json', 'container-registry', parse.docker),
  file('.kube/config', 'kubeconfig', parse.kube),
  file('.npmrc', 'npm-token', parse.npm),
  file('.yarnrc.yml', 'npm-token', parse.yaml),
  file('.pypirc', 'pypi-token', parse.pypi),
  file('.cargo/credentials.toml', 'cargo-token', parse.cargo),
  file('.cargo/credentials', 'cargo-token', parse.cargo),
  file('.config/composer/auth.json', 'composer-token', parse.json),
  file('.netrc', 'netrc', parse.netrc),
  file('.config/gh/hosts.yml', 'github-token', parse.ghHosts),
  file('.config/glab-cli/config.yml', 'gitlab-token', parse.yaml),
  file('.git-credentials', 'git-credentials', parse.gitCredentials),
  file('.config/git/credentials', 'git-credentials', parse.gitCredentials),
  file('.vault-token', 'vault-token', parse.wholeFile),
  file('.terraform.d/credentials.tfrc.json', 'terraform-token', parse.json),
  file('.pgpass', 'postgresql-password', parse.pgpass),
  file('.my.cnf', 'mysql-password', parse.mysql),
  file('.claude/.credentials.json', 'ai-agent-token', parse.json),
  file('.codex/auth.json', 'ai-agent-token', parse.json),
  file('.gemini/oauth_creds.json', 'ai-agent-token', parse.json),
  file('.config/github-copilot/hosts.json', 'ai-agent-token', parse.json),
  file('.config/github-copilot/apps.json', 'ai-agent-token', parse.json),
];

export const CREDENTIAL_PLACES = FILES.map(({ path }) => `~/${path}`);

/** A file that is no document of its kind is an error of the sweep: something may stand in it that was not seen. */
export function credentialItems(
  scene: Scene,
  read: FileRead,
  owner: string,
  kind: string,
  parser: parse.Parser,
): HostObserved[] {
  const secrets = parser(read.text);
  if (secrets === undefined)
    scene.reader.errors.push({ what: read.path, why: `is no ${kind} that may be read` });
  return (secrets ?? []).map((secret) => observeSecret(scene, read, owner, kind, secret));
}

/** Every path that a pattern stands for. */
async function expanded({ reader }: Scene, pattern: string): Promise<string[]> {
  const [before, ...after] = pattern.split('/*');
  if (after.length === 0) return [pattern];
  const names = await reader.names(before ?? '');
  return names.map((name) => `${before}/${name}${after.join('/*')}`);
}

/** Kind, age, mode and keyed fingerprint of what the tools of each account log in with; never the value. */
export async function credentialFileItems(scene: Scene): Promise<HostObserved[]> {
  const items: HostObserved[] = [];
  for (const { home, name } of homesOf(scene.accounts)) {
    for (const { path, kind, parse: parser } of FILES) {
      for (const each of await expanded(scene, `${home}/${path}`)) {
        const read = await scene.reader.file(each, { within: home });
        if (read !== undefined) items.push(...credentialItems(scene, read, name, kind, parser));
      }
    }
  }
  return items;
}
