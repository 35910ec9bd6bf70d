import type { HostContext, HostObserved } from './observed.ts';
import type { FileRead } from './reader.ts';
import type { Scene } from './scene.ts';
import type { Unit } from './units.ts';

/** Words that name a secret, as a whole word of a variable's name. */
const SECRET_NAME =
  /(?:^|_)(?:PASS|PASSWD|PASSWORD|SECRET|TOKEN|APIKEY|API_KEY|ACCESS_KEY|PRIVATE_KEY|SECRET_KEY|CREDENTIALS?|AUTH|DSN|DATABASE_URL|CONNECTION_STRING)(?:$|_)/i;
/** Names that end so hold a path or a switch, not a secret. */
const NOT_A_SECRET_NAME = /(?:_FILE|_PATH|_DIR|_TTL|_ENABLED|_TYPE|_METHOD|_SOCK)$/i;
const MIN_SECRET_CHARACTERS = 6;
const OTHERS_MAY_READ = 0o007;

export interface SecretVariable {
  name: string;
  value: string;
}

const unquoted = (text: string): string => text.trim().replace(/^(["'])(.*)\1$/, '$2');

export const namesSecret = (name: string): boolean => SECRET_NAME.test(name) && !NOT_A_SECRET_NAME.test(name);

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

function observeSecret(
  secret: SecretVariable,
  where: string,
  users: string[],
  context: HostContext,
  file?: FileRead,
): HostObserved {
  return {
    class: 'credential',
    naturalId: `environment/${where}/${secret.name}`,
    label: `${secret.name} in ${where}`,
    attributes: {
      kind: 'environment-secret',
      variable: secret.name,
      file: where,
      usedBy: users,
      fingerprint: context.fingerprint(secret.value),
      characters: secret.value.length,
      mode: file?.mode ?? null,
      othersMayRead: file === undefined ? null : (file.modeBits & OTHERS_MAY_READ) !== 0,
      created: null,
      modified: file?.modified.toISOString() ?? null,
      lastUsed: null,
    },
  };
}

/** Environment files that units name, `/etc/default/*` and `/etc/environment`, and what units set in their own text. */
export async function environmentItems({ reader, context }: Scene, units: Unit[]): Promise<HostObserved[]> {
  const users = new Map<string, string[]>();
  for (const unit of units) {
    for (const file of unit.environmentFiles) users.set(file, [...(users.get(file) ?? []), unit.name]);
  }
  const defaults = (await reader.names('/etc/default')).map((name) => `/etc/default/${name}`);
  const items: HostObserved[] = [];
  for (const path of new Set([...users.keys(), ...defaults, '/etc/environment'])) {
    const file = await reader.file(path, { trusted: true });
    if (file === undefined) continue;
    items.push(
      ...secretVariables(file.text).map((secret) =>
        observeSecret(secret, path, users.get(path) ?? [], context, file),
      ),
    );
  }
  for (const unit of units) {
    const text = unit.environment.map(unquoted).join('\n');
    items.push(
      ...secretVariables(text).map((secret) => observeSecret(secret, unit.path, [unit.name], context)),
    );
  }
  return items;
}
