import { ROUTES, type Route } from './contract/index.ts';

interface Pattern {
  route: Route;
  regex: RegExp;
  /** Number of parameters: fewer is more exact. */
  holes: number;
}

/** A tile's path has slashes of its own; every other parameter is one segment. */
const MANY_SEGMENTS = new Set(['rest']);

function compile(route: Route): Pattern {
  const names = [...route.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name ?? '');
  const source = route.path
    .replaceAll(/[.+*?^$()|[\]\\]/g, '\\$&')
    .replaceAll(/\{(\w+)\}/g, (_, name: string) => (MANY_SEGMENTS.has(name) ? '.+' : '[^/]+'));
  return { route, regex: new RegExp(`^${source}$`), holes: names.length };
}

const PATTERNS = ROUTES.map(compile).sort((a, b) => a.holes - b.holes);

export type Match = { route: Route } | { allow: string[] } | undefined;

/** The route of a request; the methods that the path would take; or undefined where no route has this path. */
export function match(method: string, path: string): Match {
  const wanted = method === 'HEAD' ? 'get' : method.toLowerCase();
  const here = PATTERNS.filter(({ regex }) => regex.test(path));
  if (here.length === 0) return undefined;
  const found = here.find(({ route }) => route.method === wanted);
  return found ? { route: found.route } : { allow: here.map(({ route }) => route.method.toUpperCase()) };
}
