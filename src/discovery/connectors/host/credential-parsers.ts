import type { FoundSecret } from '../../files/secrets.ts';
import {
  type Fields,
  fieldsOf,
  listOf,
  nodesOf,
  parseJson,
  parseYaml,
  textOf,
} from '../../formats/documents.ts';
import { isOwnSecret, isSecretName } from '../../formats/secret-names.ts';

/** Readers of credential files. Each answers `undefined` for what is no file of its kind, so that it is told and not taken for empty. */
export type Parser = (text: string) => FoundSecret[] | undefined;

const REFERENCE = /^\$\{?\w+\}?$/;

/** A value that stands there, or the variable that it is taken from. */
const valued = (name: string, value: string): FoundSecret =>
  REFERENCE.test(value) ? { name, form: 'reference' } : { name, form: 'plain', value };

/** `[section]` and `key = value` lines, as AWS, pip, npm and MySQL write them. */
export function parseIni(text: string): Array<{ section: string; key: string; value: string }> {
  let section = '';
  return text.split('\n').flatMap((line) => {
    const header = /^\[([^\]]*)\]$/.exec(line.trim());
    if (header !== null) {
      section = (header[1] ?? '').trim();
      return [];
    }
    const [, key = '', value = ''] = /^([^#;=][^=]*)=(.*)$/.exec(line.trim()) ?? [];
    return value === ''
      ? []
      : [{ section, key: key.trim(), value: value.trim().replace(/^(["'])(.*)\1$/, '$2') }];
  });
}

const ini =
  (secretKeys: RegExp, helperKeys = /^$/): Parser =>
  (text) =>
    parseIni(text).flatMap(({ section, key, value }) => {
      const name = section === '' ? key : `${section}/${key}`;
      if (helperKeys.test(key)) return [{ name, form: 'helper' }];
      return secretKeys.test(key) ? [valued(name, value)] : [];
    });

export const aws = ini(
  /^aws_(?:secret_access_key|session_token)$/i,
  /^(?:credential_process|sso_session|sso_start_url)$/i,
);
export const pypi = ini(/^password$/i);
export const mysql = ini(/^(?:password|mysql_pwd)$/i);
export const cargo = ini(/^(?:token|secret-key)$/i, /^credential-provider$/i);
/** npm-config: `_authToken`, `_auth`, `_password`, each for a registry. */
export const npm = ini(/(?:^|:)_(?:authToken|auth|password)$/i, /(?:^|:)tokenHelper$/i);

const EXPIRY = /^(?:expires?|expires?_?at|expires?_?on|expiry|expiry_?date|notAfter)$/i;
const YEAR_2001_MS = 1e12;

/** RFC 3339, or seconds or milliseconds since 1970. */
function expiryOf(siblings: Fields): string | undefined {
  const [, value] = Object.entries(siblings).find(([key]) => EXPIRY.test(key)) ?? [];
  const at =
    typeof value === 'number' ? value * (value < YEAR_2001_MS ? 1000 : 1) : Date.parse(textOf(value) ?? '');
  const date = new Date(at);
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString();
}

/** MSAL keeps every token under the key `secret`. */
const isTokenName = (key: string): boolean => isSecretName(key) || key === 'secret';

/** Every secret of a document by its name; personal keys on the way there stay part of the name. */
function secretsIn(document: unknown): FoundSecret[] {
  const parents = [{ path: [] as string[], key: '', value: document }, ...nodesOf(document)];
  return parents.flatMap(({ path, value }) => {
    const siblings = fieldsOf(value);
    return Object.entries(siblings).flatMap(([key, secret]): FoundSecret[] => {
      if (typeof secret !== 'string' || !isTokenName(key) || !isOwnSecret(secret)) return [];
      const expires = expiryOf(siblings);
      return [{ ...valued([...path, key].join('/'), secret), ...(expires === undefined ? {} : { expires }) }];
    });
  });
}

const inDocument =
  (read: (text: string) => unknown): Parser =>
  (text) => {
    const document = read(text);
    return document === undefined ? undefined : secretsIn(document);
  };

export const json = inDocument(parseJson);
export const yaml = inDocument(parseYaml);

/** gcloud's files: what stands in `external_account` is only where to get a token. */
export const google: Parser = (text) => {
  const document = parseJson(text);
  if (document === undefined) return undefined;
  return fieldsOf(document).type === 'external_account'
    ? [{ name: 'external_account', form: 'reference' }]
    : secretsIn(document);
};

/** config.json of Docker and Podman: `auths` in base64, or a helper for all or for one registry. */
export const docker: Parser = (text) => {
  const document = parseJson(text);
  if (document === undefined) return undefined;
  const { auths, credsStore, credHelpers } = fieldsOf(document);
  const stored = Object.entries(fieldsOf(auths)).flatMap(([registry, entry]): FoundSecret[] => {
    const { auth, identitytoken, registrytoken } = fieldsOf(entry);
    const value = [auth, identitytoken, registrytoken].map(textOf).find((each) => each);
    return value === undefined ? [] : [{ name: registry, form: 'plain', value }];
  });
  const helpers = [...(textOf(credsStore) ? ['every registry'] : []), ...Object.keys(fieldsOf(credHelpers))];
  return [...stored, ...helpers.map((name): FoundSecret => ({ name, form: 'helper' }))];
};

/** Those of gh and glab: a host without a token has it in a keyring. */
export const ghHosts: Parser = (text) => {
  const document = parseYaml(text);
  if (document === undefined) return undefined;
  return Object.entries(fieldsOf(document)).map(([host, entry]): FoundSecret => {
    const value = textOf(fieldsOf(entry).oauth_token);
    return value ? { name: host, form: 'plain', value } : { name: host, form: 'helper' };
  });
};

/** What a kubeconfig's user logs in with; several of them may stand side by side. */
function kubeUser({ name, user }: Fields): FoundSecret[] {
  const fields = fieldsOf(user);
  const called = textOf(name) ?? 'user';
  const plain = ['token', 'client-key-data', 'password'].flatMap((key): FoundSecret[] => {
    const value = textOf(fields[key]);
    return value ? [{ name: `${called}/${key}`, form: 'plain', value }] : [];
  });
  const elsewhere = ['tokenFile', 'client-key'].filter((key) => key in fields);
  const helpers = ['exec', 'auth-provider'].filter((key) => key in fields);
  return [
    ...plain,
    ...elsewhere.map((key): FoundSecret => ({ name: `${called}/${key}`, form: 'reference' })),
    ...helpers.map((key): FoundSecret => ({ name: `${called}/${key}`, form: 'helper' })),
  ];
}

/** kubeconfig (v1). */
export const kube: Parser = (text) => {
  const document = parseYaml(text);
  if (document === undefined) return undefined;
  return listOf(fieldsOf(document).users).flatMap((user) => kubeUser(fieldsOf(user)));
};

/** netrc(5): words, in any number of lines. */
export const netrc: Parser = (text) => {
  const words = text
    .split('\n')
    .filter((line) => !line.trimStart().startsWith('#'))
    .join(' ')
    .split(/\s+/);
  let machine = 'default';
  return words.flatMap((word, at): FoundSecret[] => {
    if (word === 'machine') machine = words[at + 1] ?? machine;
    const value = words[at + 1];
    return word === 'password' && value ? [{ name: machine, form: 'plain', value }] : [];
  });
};

/** git-credential-store(1): one URL a line, with user and password. */
export const gitCredentials: Parser = (text) =>
  text.split('\n').flatMap((line): FoundSecret[] => {
    if (!URL.canParse(line)) return [];
    const { host, username, password } = new URL(line);
    return password === '' ? [] : [{ name: `${username}@${host}`, form: 'plain', value: password }];
  });

/** .pgpass: host:port:database:user:password, with `\:` for a colon. */
export const pgpass: Parser = (text) =>
  text.split('\n').flatMap((line): FoundSecret[] => {
    const parts = line.startsWith('#') ? [] : line.split(/(?<!\\):/);
    const value = parts[4];
    return parts.length === 5 && value ? [{ name: parts.slice(0, 4).join(':'), form: 'plain', value }] : [];
  });

/** A file that is nothing but one token. */
export const wholeFile: Parser = (text) => {
  const value = text.trim();
  return value === '' ? [] : [{ name: 'token', form: 'plain', value }];
};

/** A store that only its program reads. */
export const sealed: Parser = (text) => (text === '' ? [] : [{ name: 'store', form: 'encrypted' }]);
