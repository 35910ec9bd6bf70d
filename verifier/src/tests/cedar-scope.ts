/**
 * Reads as much of Cedar as it takes to see a policy that is open to everyone or for everything: the scope of each statement,
 * `permit (principal …, action …, resource …)`, and whether conditions follow. Anything it cannot follow is null.
 */
export interface Scope {
  effect: 'permit' | 'forbid';
  principal: string;
  action: string;
  resource: string;
  conditional: boolean;
}

const STRING_OR_COMMENT = /"(?:[^"\\]|\\[\s\S])*"?|\/\/[^\n]*/g;

/** Strings keep their quotes and lose their text, comments go: no word in either can look like Cedar. */
const bare = (text: string): string =>
  text.replace(STRING_OR_COMMENT, (match) => (match.startsWith('"') ? '""' : ' '));

const STATEMENT = /^\s*(?:@\w+\s*\(\s*""\s*\)\s*)*(permit|forbid)\s*\(([^()]*)\)([^;]*)$/;

function partsOf(scope: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let part = '';
  for (const character of scope) {
    if (character === '[') depth += 1;
    if (character === ']') depth -= 1;
    if (character === ',' && depth === 0) {
      parts.push(part.trim());
      part = '';
    } else part += character;
  }
  return [...parts, part.trim()].filter((each) => each !== '');
}

function scopeOf(statement: string): Scope | null {
  const [, effect, scope = '', rest = ''] = STATEMENT.exec(statement) ?? [];
  const [principal, action, resource, ...more] = partsOf(scope);
  if (effect === undefined || resource === undefined || more.length > 0) return null;
  if (!principal?.startsWith('principal') || !action?.startsWith('action')) return null;
  return {
    effect: effect as Scope['effect'],
    principal,
    action,
    resource,
    conditional: /\b(when|unless)\b/.test(rest),
  };
}

/** The scopes of every statement in order; null where one of them has another shape. */
export function cedarScopes(text: string): Scope[] | null {
  const statements = bare(text)
    .split(';')
    .filter((each) => each.trim() !== '');
  const scopes = statements.map(scopeOf);
  return scopes.every((each) => each !== null) ? scopes : null;
}
