import type { HostObserved } from '../../files/observed.ts';
import type { FileRead } from '../../files/reader.ts';
import { observeExposure } from '../../files/secrets.ts';
import { clamp, clamped } from '../../formats/documents.ts';
import { secretsInCommand } from '../../formats/secret-names.ts';
import { accountNamed } from './account.ts';
import { accountFacts, pathFor, type Scene } from './scene.ts';
import { enabledUnits, ownerFacts, readUnits, UNIT_FOLDERS, type Unit, values } from './units.ts';

/** Tables of one account each, named after it: Debian's place and the others'. */
const SPOOLS = ['/var/spool/cron/crontabs', '/var/spool/cron'];
const PERIODS = ['hourly', 'daily', 'weekly', 'monthly'];

export const SCHEDULE_PLACES = [
  '/etc/crontab',
  '/etc/cron.d',
  ...SPOOLS,
  ...PERIODS.map((period) => `/etc/cron.${period}`),
  ...UNIT_FOLDERS,
];

export interface CronLine {
  schedule: string;
  user: string;
  command: string;
}

const ENTRY = /^(@[a-z]+|(?:[^\s#]+\s+){4}[^\s]+)\s+(.*)$/s;
const SETTING = /^[A-Za-z_][A-Za-z0-9_]*\s*=/;

/** crontab(5). `owner` undefined: a system table, where a user stands before each command. Settings are passed over. */
export function parseCrontab(text: string, owner?: string): { lines: CronLine[]; badLines: number } {
  const all = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#') && !SETTING.test(line));
  const lines = all.flatMap((line): CronLine[] => {
    const [, schedule = '', rest = ''] = ENTRY.exec(line) ?? [];
    const [user = '', command = ''] =
      owner === undefined ? (/^(\S+)\s+(.*)$/s.exec(rest) ?? []).slice(1) : [owner, rest];
    return user === '' || command === '' ? [] : [{ schedule: schedule.replace(/\s+/g, ' '), user, command }];
  });
  return { lines, badLines: all.length - lines.length };
}

/** The program alone: the rest of a command may hold a secret. */
export const programOf = (command: string): string =>
  clamp(
    command.replace(/^(?:[A-Za-z_][A-Za-z0-9_]*=(?:"[^"]*"|'[^']*'|\S*)\s+)+/, '').split(/[\s;|&<>]/)[0] ??
      '',
  );

async function cronItems(scene: Scene, file: FileRead, owner?: string): Promise<HostObserved[]> {
  const { lines, badLines } = parseCrontab(file.text, owner);
  if (badLines > 0) scene.reader.errors.push({ what: file.path, why: `${badLines} lines that are no entry` });
  const items: HostObserved[] = [];
  for (const line of lines) {
    const program = programOf(line.command);
    items.push({
      class: 'identity',
      naturalId: `cron/${file.path}/${line.schedule}/${line.user}/${line.command}`,
      label: pathFor(
        accountNamed(scene.accounts, line.user),
        `${program || 'a command'} by cron as ${line.user}`,
      ),
      attributes: {
        kind: 'cron-entry',
        ...accountFacts(scene, line.user),
        schedule: clamp(line.schedule),
        exec: pathFor(accountNamed(scene.accounts, line.user), program),
        execExists: program.startsWith('/') ? await scene.reader.exists(program) : null,
        file: pathFor(accountNamed(scene.accounts, line.user), file.path),
        trace: null,
      },
    });
  }
  return [...items, ...exposuresOf(scene, file, owner ?? 'root')];
}

const withoutSpaceAtEquals = (line: string): string =>
  line
    .split('=')
    .map((part) => part.trim())
    .join('=');

/** A table's settings and commands alike. */
const exposuresOf = (scene: Scene, file: FileRead, owner: string): HostObserved[] =>
  file.text
    .split('\n')
    .filter((line) => !line.trimStart().startsWith('#'))
    .flatMap((line) => secretsInCommand(withoutSpaceAtEquals(line)))
    .map((secret) => observeExposure(scene, file, owner, secret));

async function systemTables(scene: Scene): Promise<HostObserved[]> {
  // cron passes over names with a dot.
  const names = (await scene.reader.names('/etc/cron.d')).filter((name) => !name.includes('.'));
  const items: HostObserved[] = [];
  for (const path of ['/etc/crontab', ...names.map((name) => `/etc/cron.d/${name}`)]) {
    const file = await scene.reader.file(path, { trusted: true });
    if (file !== undefined) items.push(...(await cronItems(scene, file)));
  }
  return items;
}

async function ownTables(scene: Scene): Promise<HostObserved[]> {
  const items: HostObserved[] = [];
  for (const spool of SPOOLS) {
    for (const name of await scene.reader.names(spool)) {
      const file = await scene.reader.file(`${spool}/${name}`);
      if (file !== undefined) items.push(...(await cronItems(scene, file, name)));
    }
  }
  return items;
}

async function periodicScripts(scene: Scene): Promise<HostObserved[]> {
  const items: HostObserved[] = [];
  for (const period of PERIODS) {
    const folder = `/etc/cron.${period}`;
    for (const name of (await scene.reader.names(folder)).filter((each) => !each.startsWith('.'))) {
      items.push({
        class: 'identity',
        naturalId: `cron-script/${folder}/${name}`,
        label: `${name} by cron, ${period}`,
        attributes: {
          kind: 'cron-script',
          ...accountFacts(scene, 'root'),
          schedule: period,
          file: `${folder}/${name}`,
          trace: null,
        },
      });
    }
  }
  return items;
}

/** systemd.timer(5): `Unit=`, or the service of the timer's own name. */
async function timerItem(
  scene: Scene,
  file: FileRead,
  name: string,
  units: Map<string, Unit>,
): Promise<HostObserved> {
  const target = values(file.text, 'Unit').at(-1) || name.replace(/\.timer$/, '.service');
  const unit = units.get(target);
  return {
    class: 'identity',
    naturalId: `timer/${name}`,
    label: name,
    attributes: {
      kind: 'systemd-timer',
      ...(unit === undefined ? {} : ownerFacts(scene, unit)),
      unit: target,
      schedule: clamped([...values(file.text, 'OnCalendar'), ...values(file.text, 'OnUnitActiveSec')]),
      // A template's instances have no file of their own.
      execExists: target.includes('@') ? null : unit !== undefined,
      file: file.path,
    },
  };
}

async function timerItems(scene: Scene): Promise<HostObserved[]> {
  const units = new Map((await readUnits(scene.reader)).map((unit) => [unit.name, unit]));
  const enabled = await enabledUnits(scene.reader);
  const items = new Map<string, HostObserved>();
  for (const folder of UNIT_FOLDERS) {
    for (const name of await scene.reader.names(folder)) {
      if (!name.endsWith('.timer') || items.has(name)) continue;
      const file = await scene.reader.file(`${folder}/${name}`, { trusted: true });
      if (file === undefined) continue;
      const item = await timerItem(scene, file, name, units);
      items.set(name, { ...item, attributes: { ...item.attributes, enabled: enabled.has(name) } });
    }
  }
  return [...items.values()];
}

/** Whose account runs what, and when. */
export async function scheduleItems(scene: Scene): Promise<HostObserved[]> {
  return [
    ...(await systemTables(scene)),
    ...(await ownTables(scene)),
    ...(await periodicScripts(scene)),
    ...(await timerItems(scene)),
  ];
}
