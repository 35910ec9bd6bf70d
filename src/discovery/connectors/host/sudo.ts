import type { Observed } from '../../connector.ts';
import type { Account } from './accounts.ts';
import { maybePersonal } from './personal.ts';
import type { Reader } from './reader.ts';

export interface SudoRule {
  /** A user, `%group`, `#uid` or an alias. */
  who: string;
  runAs: string;
  commands: string;
  noPassword: boolean;
  file: string;
}

const RULE = /^(\S+)\s+(\S+)\s*=\s*(?:\(([^)]*)\))?\s*(.*)$/;

/** sudoers(5): user specifications. Aliases and defaults are passed over, continuation lines are joined. */
export function parseSudoers(text: string, file: string): SudoRule[] {
  return text
    .replace(/\s*\\\n\s*/g, ' ')
    .split('\n')
    .map((line) => line.replace(/(^|\s)#(?!\d|include).*$/, '').trim())
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

function observeRule(rule: SudoRule, accounts: Map<string, Account>): Observed {
  const account = accounts.get(rule.who) ?? { uid: 0 };
  return {
    class: 'permission',
    naturalId: `sudo/${rule.file}/${rule.who}/${rule.runAs}/${rule.commands}`,
    label: maybePersonal(account, `${rule.who} may run ${rule.commands} as ${rule.runAs}`),
    attributes: {
      kind: 'sudo',
      account: maybePersonal(account, rule.who),
      runAs: rule.runAs,
      commands: rule.commands,
      noPassword: rule.noPassword,
      administrator: /^ALL\b/.test(rule.commands),
      file: rule.file,
    },
  };
}

/** sudo passes over names with a dot or a trailing tilde in an included folder. */
const isIncluded = (name: string): boolean => !name.includes('.') && !name.endsWith('~');

export async function sudoItems(reader: Reader, accounts: Account[]): Promise<Observed[]> {
  const folder = (await reader.names('/etc/sudoers.d'))
    .filter(isIncluded)
    .map((name) => `/etc/sudoers.d/${name}`);
  const byName = new Map(accounts.map((account) => [account.name, account]));
  const items: Observed[] = [];
  for (const path of ['/etc/sudoers', ...folder]) {
    const file = await reader.file(path, { trusted: true });
    if (file !== undefined)
      items.push(...parseSudoers(file.text, path).map((rule) => observeRule(rule, byName)));
  }
  return items;
}
