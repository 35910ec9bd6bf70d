import type { HostObserved } from '../../files/observed.ts';
import type { Reader } from '../../files/reader.ts';
import { traceOfUnit } from './logs.ts';
import { accountFacts, type Scene } from './scene.ts';

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

export const values = (text: string, key: string): string[] =>
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

export async function enabledUnits(reader: Reader): Promise<Set<string>> {
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

/** A `%` specifier and a dynamic user are filled in by systemd at the start. */
export const ownerFacts = (scene: Scene, unit: Unit): HostObserved['attributes'] =>
  unit.dynamicUser || unit.user.includes('%')
    ? { account: unit.dynamicUser ? 'dynamic' : unit.user, accountExists: null }
    : accountFacts(scene, unit.user);

/**
 * Distributions ship services for programs that need not be installed; only for one that somebody wrote or switched on is a
 * missing program worth a word.
 */
async function programExists(
  scene: Scene,
  unit: Unit,
  enabled: ReadonlySet<string>,
): Promise<boolean | null> {
  const isOwn = !/^(?:\/usr)?\/lib\//.test(unit.path) || enabled.has(unit.name);
  const isPath = unit.exec.startsWith('/') && !unit.exec.includes('%');
  return isOwn && isPath ? scene.reader.exists(unit.exec) : null;
}

export async function unitItems(scene: Scene): Promise<HostObserved[]> {
  const enabled = await enabledUnits(scene.reader);
  const items: HostObserved[] = [];
  for (const unit of await readUnits(scene.reader)) {
    // A service that is not switched on may well be idle.
    const heard = enabled.has(unit.name) || scene.logs.units?.has(unit.name) === true;
    items.push({
      class: 'identity',
      naturalId: `unit/${unit.name}`,
      label: unit.name,
      attributes: {
        kind: 'systemd-service',
        ...ownerFacts(scene, unit),
        enabled: enabled.has(unit.name),
        exec: unit.exec,
        execExists: await programExists(scene, unit, enabled),
        ...(heard ? { trace: traceOfUnit(scene.logs, unit.name) } : {}),
        file: unit.path,
        environmentFiles: unit.environmentFiles,
      },
    });
  }
  return items;
}
