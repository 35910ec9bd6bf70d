import { createHash, createPublicKey } from 'node:crypto';
import { type Fields, fieldsOf, listOf, textOf } from '../../formats/documents.ts';
import { isOwnSecret, isSecretName } from '../../formats/secret-names.ts';
import type { Instance } from './state-document.ts';

/** What each type of resource tells. Attribute names are those of the providers' own schemas. */
interface ResourceType {
  /** Attributes that hold a secret whatever they are called; an object's values are secrets one by one. */
  secrets?: string[];
  /** Attributes that are no secret and are kept. */
  facts?: string[];
}

const KEY_FACTS = ['key_id', 'start_date', 'end_date'];
const TYPES = new Map<string, ResourceType>(
  Object.entries({
    aws_iam_access_key: {
      secrets: ['secret', 'ses_smtp_password_v4'],
      facts: ['id', 'user', 'status', 'create_date'],
    },
    aws_iam_user: { facts: ['arn', 'name', 'unique_id'] },
    aws_iam_role: { facts: ['arn', 'name', 'unique_id', 'create_date'] },
    aws_iam_user_login_profile: { secrets: ['password'] },
    aws_secretsmanager_secret_version: { secrets: ['secret_string', 'secret_binary'] },
    aws_ssm_parameter: { secrets: ['value'] },
    google_service_account: { facts: ['email', 'unique_id'] },
    google_service_account_key: { secrets: ['private_key'], facts: ['name', 'valid_after', 'valid_before'] },
    google_secret_manager_secret_version: { secrets: ['secret_data'] },
    azuread_application: { facts: ['client_id', 'application_id'] },
    azuread_service_principal: { facts: ['client_id', 'application_id'] },
    azuread_application_password: { secrets: ['value'], facts: KEY_FACTS },
    azuread_service_principal_password: { secrets: ['value'], facts: KEY_FACTS },
    azurerm_key_vault_secret: { secrets: ['value'] },
    tls_private_key: {
      secrets: ['private_key_pem', 'private_key_openssh', 'private_key_pem_pkcs8'],
      facts: ['algorithm', 'public_key_fingerprint_sha256', 'public_key_pem'],
    },
    random_password: { secrets: ['result'] },
    kubernetes_secret: { secrets: ['data', 'binary_data'] },
    kubernetes_secret_v1: { secrets: ['data', 'binary_data'] },
    kubernetes_service_account: {},
    kubernetes_service_account_v1: {},
    kubernetes_token_request_v1: { secrets: ['token'] },
    github_actions_secret: { secrets: ['plaintext_value'] },
    gitlab_project_variable: { secrets: ['value'] },
  }),
);

/** End of a name that tells of a secret and is none. */
const ABOUT_A_SECRET = /_(?:id|arn|name|version|length|hint|url|uri|policy|key)$/;
/** Two forms of one secret that is told already. */
const DERIVED: ReadonlySet<string> = new Set(['bcrypt_hash']);

export interface FoundSecret {
  attribute: string;
  value: string;
}

export interface Facts {
  [name: string]: string;
}

/** Text at any depth of what is marked as a secret, each by its place. */
function textsIn(value: unknown, place: string): FoundSecret[] {
  if (typeof value === 'string') return value === '' ? [] : [{ attribute: place, value }];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, child]) => textsIn(child, `${place}.${name}`));
}

/** A name decides only where neither the type nor a mark does. */
const namesOwnSecret = (name: string, value: unknown): boolean =>
  typeof value === 'string' && isSecretName(name) && !ABOUT_A_SECRET.test(name) && isOwnSecret(value);

export function secretsOf({ type, values, sensitive }: Instance): FoundSecret[] {
  const marked = new Set([...(TYPES.get(type)?.secrets ?? []), ...sensitive]);
  return Object.entries(values).flatMap(([name, value]) =>
    !DERIVED.has(name) && (marked.has(name) || namesOwnSecret(name, value)) ? textsIn(value, name) : [],
  );
}

/** `metadata` is a block, which the state keeps as a list of one. */
function accountFacts(values: Fields): Facts {
  const metadata = fieldsOf(listOf(values.metadata)[0]);
  return { name: textOf(metadata.name) ?? '', namespace: textOf(metadata.namespace) ?? 'default' };
}

/** Hex SHA-256 of the public key, by which a certificate or a key file is the same thing; undefined for what is no key. */
function spkiOf(pem: string): string | undefined {
  try {
    return createHash('sha256')
      .update(createPublicKey(pem).export({ type: 'spki', format: 'der' }))
      .digest('hex');
  } catch {
    return undefined;
  }
}

export function factsOf({ type, values }: Instance): Facts {
  if (/^kubernetes_service_account(?:_v1)?$/.test(type)) return accountFacts(values);
  const named = (TYPES.get(type)?.facts ?? []).flatMap((name) => {
    const value = textOf(values[name]);
    return value === undefined || value === '' ? [] : [[name, value] as const];
  });
  const { public_key_pem: pem, ...facts } = Object.fromEntries(named);
  const spki = pem === undefined ? undefined : spkiOf(pem);
  return spki === undefined ? facts : { ...facts, spki };
}

export const isKnownType = (type: string): boolean => TYPES.has(type);
