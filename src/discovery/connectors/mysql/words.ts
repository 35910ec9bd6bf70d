import { z } from 'zod';
import type { Mapping } from '../../contract.ts';

/** How the server writes accounts, roles, truth and rights. */

export const read = (...tables: string[]) => tables.map((table) => `SELECT ${table}`);

/** The server's own way to write an account. */
export const accountOf = ({ user, host }: { user: string; host: string }): string => `'${user}'@'${host}'`;
/** A role has no place. In MySQL it is an account like any other, with the place that it was made with. */
export const roleOf = ({ role, roleHost }: { role: string; roleHost: string }): string =>
  accountOf({ user: role, host: roleHost });
export const holderOf = (mapping: Mapping, account: string): string =>
  mapping.key('identity', `account/${account}`);

/** The server tells truth as 1 and 0. */
export const flag = z.literal([0, 1]).transform((value) => value === 1);
/** As the server writes a set: `Select,Insert`, `select,create_tmp_table`. */
export const rights = (privileges: string, where: string): string[] =>
  privileges
    .split(',')
    .filter((privilege) => privilege !== '')
    .map((privilege) => `${wordsOf(privilege)} on ${where}`);

const WORDS: Record<string, string> = {
  GRANT: 'GRANT OPTION',
  'SHOW DB': 'SHOW DATABASES',
  'CREATE TMP TABLE': 'CREATE TEMPORARY TABLES',
  'REPL SLAVE': 'REPLICATION SLAVE',
  'REPL CLIENT': 'REPLICATION CLIENT',
};
const wordsOf = (privilege: string): string => {
  const words = privilege.replaceAll('_', ' ').toUpperCase();
  return WORDS[words] ?? words;
};
