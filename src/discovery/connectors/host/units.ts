import type { Observed } from '../../connector.ts';
import type { Reader } from './reader.ts';

/** Highest precedence first: a unit in an earlier folder hides one of the same name in a later (systemd.unit(5)). */
export const UNIT_FOLDERS = [
  '/etc/systemd/system',
  '/run/systemd/system',
  '/usr/local/lib/systemd/system',
  '/usr/lib/systemd/system',
  '/lib/systemd/system',
];

export interface Unit {
  name: string;
  path: string;
  user: string;
  exec: string;
  environmentFiles: string[];
  /** `NAME=value` pairs set in the unit itself. */
  environment: string[];
  dynamicUser: boolean;
}

const values = (text: string, key: string): string[] =>
  [...text.matchAll(new RegExp(`^${key}\\s*=\\s*(.*)$`, 'gm'))].map((match) => (match[1] ?? '').trim());

/** systemd.exec(5): the last `User=` counts; a leading `-` on an environment file means it may be absent. */
export function parseUnit(name: string, path: string, text: string): Unit {
  const joined = text.replace(/\\\n/g, ' ');
  return {
    name,
    path,
    user: values(joined, 'User').at(-1) || 'root',
    exec: (values(joined, 'ExecStart').at(-1) ?? '').replace(/^[-@:+!]+/, '').split(/\s/)[0] ?? '',
    environmentFiles: values(joined, 'EnvironmentFile')
      .map((file) => file.replace(/^-/, ''))
      .filter((file) => file.startsWith('/')),
    environment: values(joined, 'Environment').flatMap(
      (line) => line.match(/(?:[^\s"']|"[^"]*"|'[^']*')+/g) ?? [],
    ),
    dynamicUser: values(joined, 'DynamicUser').at(-1) === 'yes',
  };
}

async function enabledUnits(reader: Reader): Promise<Set<string>> {
  const folder = '/etc/systemd/system';
  const wanting = (await reader.names(folder)).filter((name) => /\.(wants|requires)$/.test(name));
  const names: string[] = [];
  for (const name of wanting) names.push(...(await reader.names(`${folder}/${name}`)));
  return new Set(names);
}

export async function readUnits(reader: Reader): Promise<Unit[]> {
  const units = new Map<string, Unit>();
  for (const folder of UNIT_FOLDERS) {
    for (const name of await reader.names(folder)) {
      if (!name.endsWith('.service') || units.has(name)) continue;
      const file = await reader.file(`${folder}/${name}`, { trusted: true });
      if (file !== undefined) units.set(name, parseUnit(name, file.path, file.text));
    }
  }
  return [...units.values()];
}

export async function unitItems(reader: Reader, units: Unit[]): Promise<Observed[]> {
  const enabled = await enabledUnits(reader);
  return units.map((unit) => ({
    class: 'identity',
    naturalId: `unit/${unit.name}`,
    label: unit.name,
    attributes: {
      kind: 'systemd-service',
      account: unit.dynamicUser ? 'dynamic' : unit.user,
      enabled: enabled.has(unit.name),
      exec: unit.exec,
      file: unit.path,
      environmentFiles: unit.environmentFiles,
    },
  }));
}
