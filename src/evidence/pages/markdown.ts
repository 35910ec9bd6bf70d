import type { Cell } from '#verifier';

/** Nothing that somebody named or wrote is read as markup. */
export const plain = (cell: Cell): string =>
  String(cell ?? '')
    .replaceAll(/[\p{Cc}\u2028\u2029]+/gu, ' ')
    .replaceAll(/[\\`*_{}[\]()<>#+!|~&]/g, '\\$&');

/** A row of a table. */
export const row = (cells: Cell[]): string => `| ${cells.map(plain).join(' | ')} |`;
