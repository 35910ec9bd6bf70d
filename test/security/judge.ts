import { ROUTES } from '../../src/api/contract/index.ts';
import type { Answer } from '../../src/api/testing.ts';
import type { Seat } from './callers.ts';

/** What a caller gets at a route, in one character. */
export const MARKS: Readonly<Record<string, string>> = {
  unauthenticated: 'u',
  session_ended: 'e',
  forbidden: 'f',
  csrf_refused: 'c',
  locked: 'l',
  attestation_refused: 'a',
  nothing_there: '.',
  admitted: 'Y',
};

/** A key that no route takes: whoever is admitted is told so, and nothing is done. */
const PROBE = '?nonsense=1';
/** Routes whose handlers look at the caller themselves: asked in earnest, for they only read. */
const IN_EARNEST = /^GET (?:\/metrics$|\/log\/tile\/)/;
/** What a row of more than one outcome asks for. */
const TILE = 'GET /log/tile/{rest}';
const PATHS: Readonly<Record<string, (size: number) => string>> = {
  [TILE]: (size) => `/log/tile/0/000.p/${size}`,
  [`${TILE}, leaves`]: (size) => `/log/tile/entries/000.p/${size}`,
};

export const rowOf = ({ method, path }: { method: string; path: string }): string =>
  `${method.toUpperCase()} ${path}`;

/** A row for each route, and one more where leaves need more than hashes do. */
export const EXPECTED_ROWS: readonly string[] = [...ROUTES.map(rowOf), `${TILE}, leaves`];

/** OAuth's refusals have a form of their own. */
function codeOf({ json }: Answer): string {
  if (json?.error === undefined) return json?.code ?? '';
  return /csrf/.test(json.error_description) ? 'csrf_refused' : 'unknown_key';
}

function markOf(answer: Answer, row: string): string {
  const code = codeOf(answer);
  if (Object.hasOwn(MARKS, code)) return MARKS[code] as string;
  if (code === 'not_found') return MARKS.nothing_there as string;
  const admitted = IN_EARNEST.test(row) ? answer.status === 200 : code === 'unknown_key';
  return admitted ? (MARKS.admitted as string) : `?${answer.status} ${code}?`;
}

async function pathOf(row: string, { house }: Seat): Promise<string> {
  const chosen = PATHS[row];
  if (chosen === undefined) return (row.split(' ')[1] ?? '').replaceAll(/\{\w+\}/g, '1');
  return chosen(Number((await house.call('/log/checkpoint')).text.split('\n')[1]));
}

/** Asks as this caller and says what came, as a mark. */
export async function markFor(row: string, seat: Seat): Promise<string> {
  const [method = ''] = row.split(' ');
  const path = (await pathOf(row, seat)) + (IN_EARNEST.test(row) ? '' : PROBE);
  return markOf(await seat.house.call(path, { ...seat.call, method }), row);
}
