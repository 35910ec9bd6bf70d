import type { HostObserved } from '../../files/observed.ts';
import type { Reader } from '../../files/reader.ts';
import { accountNamed } from './account.ts';
import { accountFacts, pathFor, type Scene } from './scene.ts';

export interface SudoRule {
  /** A user, `%group`, `#uid` or an alias. */
  who: string;
  runAs: string;
  commands: string;
  noPassword: boolean;
  file: string;
}

const RULE = /^(\S+)\s+(\S+)\s*=\s*(?:\(([^)]*)\))?\s*(.*)$/s;

/** sudoers(5): user specifications. Aliases and defaults are passed over, continuation lines are joined. */
export function parseSudoers(text: string, file: string): SudoRule[] {
  return text
    .split('\\\n')
    .map((part) => part.trim())
    .join(' ')
    .split('\n')
    .map((line) => line.replace(/(^|\s)#(?!\d|include).*$/s, '').trim())
    .filter(
      (line) =>
        line !== '' &&
        !/^(Defaults|User_Alias|Runas_Alias|Host_Alias|Cmnd_Alias|@include|#include)/.test(line),
    )
    .flatMap((line) => {
      const match = RULE.exec(line);
      if (match === null) return [];
      const [, who = '', , runAs, commands = ''] = match;
      const bare = commands.replace(/\b[A-Z_]+:\s*/g, '').trim();
      return [
        { who, runAs: runAs ?? 'root', commands: bare, noPassword: /\bNOPASSWD:/.test(commands), file },
      ];
    });
}

const isAll = ({ commands }: SudoRule): boolean => /^ALL\b/.test(commands);

/** A group, an alias or everyone is no account; a group's members are seen one by one. */
const isAccount = (who: string): boolean => /^[#a-z_]/.test(who);

function administration(rule: SudoRule): HostObserved['attributes'] {
  if (!isAll(rule)) return { administrator: false };
  return { administrator: true, path: rule.noPassword ? 'sudo ALL without a password' : 'sudo ALL' };
}

function observeRule(scene: Scene, rule: SudoRule): HostObserved {
  const name = rule.who.replace(/^#/, '');
  const account = accountNamed(scene.accounts, name);
  const label = `${rule.who} may run ${rule.commands} as ${rule.runAs}`;
  return {
    class: 'permission',
    naturalId: `sudo/${rule.file}/${rule.who}/${rule.runAs}/${rule.commands}`,
    label: isAccount(rule.who) ? pathFor(account, label) : label,
    attributes: {
      kind: 'sudo',
      ...(isAccount(rule.who) ? accountFacts(scene, name) : { account: rule.who }),
      runAs: rule.runAs,
      commands: rule.commands,
      noPassword: rule.noPassword,
      ...administration(rule),
      file: rule.file,
    },
  };
}

/** sudo passes over names with a dot or a trailing tilde in an included folder. */
const isIncluded = (name: string): boolean => !name.includes('.') && !name.endsWith('~');

export async function readSudoRules(reader: Reader): Promise<SudoRule[]> {
  const folder = (await reader.names('/etc/sudoers.d'))
    .filter(isIncluded)
    .map((name) => `/etc/sudoers.d/${name}`);
  const rules: SudoRule[] = [];
  for (const path of ['/etc/sudoers', ...folder]) {
    const file = await reader.file(path, { trusted: true });
    if (file !== undefined) rules.push(...parseSudoers(file.text, path));
  }
  return rules;
}

export const sudoItems = async (scene: Scene): Promise<HostObserved[]> =>
  (await readSudoRules(scene.reader)).map((rule) => observeRule(scene, rule));

/** Groups whose members may do everything: name, and whether without a password. */
export const administratorGroups = (rules: SudoRule[]): Map<string, boolean> =>
  new Map(
    rules
      .filter((rule) => isAll(rule) && rule.who.startsWith('%'))
      .map(({ who, noPassword }) => [who.slice(1), noPassword]),
  );
