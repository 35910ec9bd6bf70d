/** Words that name a secret, as a whole word of a variable's name. */
const SECRET_NAME =
  /(?:^|_)(?:PASS|PASSWD|PASSWORD|SECRET|TOKEN|APIKEY|API_KEY|ACCESS_KEY|PRIVATE_KEY|SECRET_KEY|CREDENTIALS?|AUTH|DSN|DATABASE_URL|CONNECTION_STRING)(?:$|_)/i;
/** Names that end so hold a path or a switch, not a secret. */
const NOT_A_SECRET_NAME = /(?:_FILE|_PATH|_DIR|_TTL|_ENABLED|_TYPE|_METHOD|_SOCK)$/i;
const MIN_SECRET_CHARACTERS = 6;

export interface SecretVariable {
  name: string;
  value: string;
}

export const unquoted = (text: string): string => text.trim().replace(/^(["'])(.*)\1$/, '$2');

const namesSecret = (name: string): boolean => SECRET_NAME.test(name) && !NOT_A_SECRET_NAME.test(name);

/** A value that refers to another place, or is too short to be one, is no secret of its own. */
export const isOwnSecret = (value: string): boolean =>
  value.length >= MIN_SECRET_CHARACTERS && !/^\$/.test(value);

/** systemd's and a shell's `NAME=value` lines. */
export function secretVariables(text: string): SecretVariable[] {
  return text.split('\n').flatMap((line) => {
    const match = /^\s*(?:export\s+)?["']?([A-Za-z_][A-Za-z0-9_]*)=(.*)$/.exec(line);
    const [name, value] = [match?.[1] ?? '', unquoted((match?.[2] ?? '').replace(/["']$/, (quote) => quote))];
    return namesSecret(name) && isOwnSecret(value) ? [{ name, value }] : [];
  });
}

/** `accessToken`, `client-secret` and `CLIENT_SECRET` are one word to whoever looks for secrets. */
const asVariable = (name: string): string =>
  name.replace(/([a-z0-9])([A-Z])/g, '$1_$2').replace(/[-.\s]/g, '_');

export const isSecretName = (name: string): boolean => namesSecret(asVariable(name));

/** A named value that is a secret of its own, and no reference such as `${TOKEN}`. */
export const isInlineSecret = (name: string, value: unknown): value is string =>
  typeof value === 'string' && isSecretName(name) && isOwnSecret(value);

const ASSIGNMENT = /(?:^|[\s"'])-{0,2}([A-Za-z_][A-Za-z0-9_-]*)=("[^"]*"|'[^']*'|[^\s"']+)/g;

/** Secrets given as `NAME=value` or `--name=value` in a command. */
export const secretsInCommand = (command: string): Array<{ name: string; value: string }> =>
  [...command.matchAll(ASSIGNMENT)].flatMap(([, name = '', quoted = '']) => {
    const value = quoted.replace(/^(["'])(.*)\1$/, '$2');
    return isInlineSecret(name, value) ? [{ name, value }] : [];
  });
