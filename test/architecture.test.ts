/** The house plan as rules: who may know whom. Each rule is also shown a planted violation, so a dead rule is noticed. */
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, it } from 'node:test';

const root = join(import.meta.dirname, '..');

interface Source {
  path: string;
  text: string;
}

/** What each room may import, besides itself. Features meet through each other's index. */
const FEATURES = [
  'registry',
  'discovery',
  'attestation',
  'issuance',
  'revocation',
  'rotation',
  'changes',
  'evidence',
  'monitoring',
  'witness',
  'recovery',
];
const GROUND = ['kernel'];
const LOWER = [...GROUND, 'crypto', 'ledger', 'policy'];
const MAY_IMPORT: Record<string, string[]> = {
  kernel: [],
  crypto: GROUND,
  ledger: [...GROUND, 'crypto'],
  policy: GROUND,
  store: [...GROUND, 'crypto', 'ledger'],
  ...Object.fromEntries(FEATURES.map((room) => [room, [...LOWER, 'store', ...FEATURES]])),
  house: [...LOWER, 'store', ...FEATURES, 'config'],
  jobs: [...GROUND, 'store', ...FEATURES, 'house'],
  config: GROUND,
  api: [...LOWER, 'store', ...FEATURES, 'house', 'jobs', 'config'],
  report: GROUND,
  agent: LOWER,
  // Discovery's mappings are pure: an auditor runs them again over a package, with no server.
  cli: [...LOWER, 'config', 'api', 'agent', 'ledger', 'report', 'discovery'],
};

const IMPORT =
  /(?:^|\n)\s*(?:import|export)\b[^'"`;]*?from\s*['"]([^'"]+)['"]|import\(\s*['"]([^'"]+)['"]\s*\)|(?:^|\n)import\s+['"]([^'"]+)['"]/g;
const importsOf = (source: Source): string[] =>
  [...source.text.matchAll(IMPORT)].map((match) => match[1] ?? match[2] ?? match[3] ?? '');

/** `src/store/log/x.ts` is in room `store`; `src/house.ts` is in room `house`. */
const roomOf = (path: string): string =>
  path
    .replace(/^src\//, '')
    .split('/')[0]
    ?.replace(/\.ts$/, '') ?? '';
const isTest = (path: string): boolean => path.endsWith('.test.ts') || path.includes('/testing/');
const resolved = (from: string, to: string): string => normalize(join(dirname(from), to));

function roomViolations(sources: Source[]): string[] {
  return sources.flatMap((source) => {
    const room = roomOf(source.path);
    const allowed = MAY_IMPORT[room];
    if (allowed === undefined) return [`${source.path}: no rule for room \`${room}\``];
    return importsOf(source)
      .filter((to) => to.startsWith('.'))
      .map((to) => resolved(source.path, to))
      .filter((to) => to.startsWith('src/') && roomOf(to) !== room)
      .flatMap((to) => {
        if (!allowed.includes(roomOf(to)))
          return [`${source.path}: \`${room}\` may not import \`${roomOf(to)}\``];
        const throughDoor = /^src\/[a-z-]+(\/index)?\.ts$/.test(to) || roomOf(to) === 'kernel';
        return throughDoor ? [] : [`${source.path}: reaches past the index of \`${roomOf(to)}\` (${to})`];
      });
  });
}

function verifierViolations(sources: Source[]): string[] {
  return sources.flatMap((source) =>
    importsOf(source)
      .filter((to) => !to.startsWith('.') || !resolved(source.path, to).startsWith('verifier/'))
      .map((to) => `${source.path}: the verifier imports nothing from outside (\`${to}\`)`),
  );
}

/** A source may be a database, which its connector's client speaks to; ours is none of its business. */
const SOURCE_CLIENT = /^src\/discovery\/connectors\/[^/]+\/client\.ts$/;

function sqlViolations(sources: Source[]): string[] {
  return sources
    .filter(({ path }) => roomOf(path) !== 'store' && !/(^|\/)queries\.ts$/.test(path))
    .filter(({ path }) => !SOURCE_CLIENT.test(path))
    .filter((source) =>
      importsOf(source).some((to) => to === 'kysely' || to === 'pg' || to.includes('pglite')),
    )
    .map(({ path }) => `${path}: SQL lives in the store and in each feature's queries.ts`);
}

const SERVERS = ['@hono/node-server', '@connectrpc/connect-node', 'commander', 'hono', '@hono/zod-openapi'];

function servingViolations(sources: Source[]): string[] {
  return sources
    .filter(({ path }) => !['api', 'agent', 'cli'].includes(roomOf(path)))
    .filter(
      (source) =>
        importsOf(source).some((to) => SERVERS.includes(to)) || /\bcreateServer\(/.test(source.text),
    )
    .map(({ path }) => `${path}: only api, agent and cli serve or know a terminal`);
}

function cycles(sources: Source[]): string[] {
  const known = new Map(sources.map((source) => [source.path, source]));
  const done = new Set<string>();
  const found: string[] = [];
  const walk = (path: string, trail: string[]): void => {
    if (trail.includes(path)) {
      found.push([...trail.slice(trail.indexOf(path)), path].join(' → '));
      return;
    }
    const source = known.get(path);
    if (source === undefined || done.has(path)) return;
    for (const to of importsOf(source)) if (to.startsWith('.')) walk(resolved(path, to), [...trail, path]);
    done.add(path);
  };
  for (const path of known.keys()) walk(path, []);
  return found;
}

const read = (pattern: string): Source[] =>
  globSync(pattern, { cwd: root })
    .filter((path) => !isTest(path))
    .map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }));

const RULES: Array<{
  name: string;
  files: string;
  check: (sources: Source[]) => string[];
  planted: Source[];
}> = [
  {
    name: 'rooms import only what the plan lets them, through the door',
    files: 'src/**/*.ts',
    check: roomViolations,
    planted: [{ path: 'src/ledger/a.ts', text: "import { x } from '../store/index.ts';" }],
  },
  {
    name: 'the door is the index',
    files: 'src/**/*.ts',
    check: roomViolations,
    planted: [{ path: 'src/changes/a.ts', text: "import { x } from '../registry/model.ts';" }],
  },
  {
    name: 'the verifier stands alone',
    files: 'verifier/src/**/*.ts',
    check: verifierViolations,
    planted: [{ path: 'verifier/src/a.ts', text: "import { z } from 'zod';" }],
  },
  {
    name: 'SQL stays where it belongs',
    files: 'src/**/*.ts',
    check: sqlViolations,
    planted: [{ path: 'src/registry/service.ts', text: "import { sql } from 'kysely';" }],
  },
  {
    name: 'a connector speaks to its database in its client alone',
    files: 'src/discovery/connectors/**/*.ts',
    check: sqlViolations,
    planted: [{ path: 'src/discovery/connectors/x/connector.ts', text: "import pg from 'pg';" }],
  },
  {
    name: 'only api, agent and cli serve',
    files: 'src/**/*.ts',
    check: servingViolations,
    planted: [{ path: 'src/issuance/a.ts', text: "import { Hono } from 'hono';" }],
  },
  {
    name: 'no import cycles',
    files: '{src,verifier/src}/**/*.ts',
    check: cycles,
    planted: [
      { path: 'src/policy/a.ts', text: "import { b } from './b.ts';" },
      { path: 'src/policy/b.ts', text: "import { a } from './a.ts';" },
    ],
  },
];

describe('architecture', () => {
  for (const { name, files, check, planted } of RULES) {
    it(name, () => assert.deepEqual(check(read(files)), []));
    it(`${name}: a planted violation is found`, () => assert.notDeepEqual(check(planted), []));
  }

  it('measures the real tree, not an empty one', () => assert.ok(read('src/**/*.ts').length > 10));
});
