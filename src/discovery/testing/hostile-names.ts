/** What somebody who may name things could call them, to break a record, a terminal, a page or a query. */

const LONG_CHARACTERS = 4 * 1024;

const KINDS: ReadonlyArray<(index: number) => string> = [
  (index) => `two\nlines\r\n${index}`,
  (index) => `\u001b[31mred\u001b]0;title\u0007${index}`,
  (index) => `'; drop table row_observation; --${index}`,
  (index) => `<script>alert(${index})</script>"\\`,
  (index) => `${index}-${'long'.repeat(LONG_CHARACTERS / 4)}`,
  (index) => `\u202egnp.\u2066exe\u2069 ${index}`,
  (index) => `nul\u0000inside ${index}`,
  (index) => `lone \ud800 surrogate ${index}`,
  (index) => `../../etc/passwd?${index}#%00&a=b`,
  (index) => `__proto__ constructor ${index}`,
  (index) => `\ud83e\udd16 e\u0301 ${index} \ufeff\u200b`,
];

/** Every one another; each kind comes in turn. */
export const hostileName = (index: number): string => KINDS[index % KINDS.length]?.(index) ?? String(index);
