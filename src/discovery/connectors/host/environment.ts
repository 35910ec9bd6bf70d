import type { HostContext, HostObserved } from '../../files/observed.ts';
import type { FileRead } from '../../files/reader.ts';
import { type SecretVariable, secretVariables, unquoted } from '../../formats/secret-names.ts';
import type { Scene } from './scene.ts';
import type { Unit } from './units.ts';

const OTHERS_MAY_READ = 0o007;

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
