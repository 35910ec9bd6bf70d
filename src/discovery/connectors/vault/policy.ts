/** Policies of Vault and OpenBao (https://developer.hashicorp.com/vault/docs/concepts/policies), as rules. Pure. */

export interface Rule {
  path: string;
  capabilities: string[];
}

/** Of one policy: a longer one is not parsed, and then nobody knows what it grants. */
const POLICY_MAX_CHARACTERS = 1024 * 1024;

const TOKEN =
  /\s+|#[^\n]*|\/\/[^\n]*|\/\*[\s\S]*?\*\/|"((?:[^"\\\n]|\\.)*)"|([A-Za-z_][\w.-]*|-?\d[\w.]*)|([{}[\]=,:])/y;

interface Token {
  kind: 'string' | 'word' | 'sign';
  text: string;
}

/** Throws `SyntaxError` for what is neither. */
function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  for (TOKEN.lastIndex = 0; TOKEN.lastIndex < text.length; ) {
    const found = TOKEN.exec(text);
    if (found === null) throw new SyntaxError('not a policy');
    const [, string, word, sign] = found;
    if (string !== undefined) tokens.push({ kind: 'string', text: JSON.parse(`"${string}"`) });
    else if (word !== undefined) tokens.push({ kind: 'word', text: word });
    else if (sign !== undefined) tokens.push({ kind: 'sign', text: sign });
  }
  return tokens;
}

/** Old policies say `policy = "write"` instead of capabilities. */
const OLD_WORDS: Record<string, string[]> = {
  deny: ['deny'],
  read: ['read', 'list'],
  write: ['create', 'read', 'update', 'delete', 'list'],
  sudo: ['create', 'read', 'update', 'delete', 'list', 'sudo'],
};

/** The tokens from an opening sign to the one that closes it, without both. */
function inside(tokens: Token[], start: number): { body: Token[]; next: number } {
  let depth = 0;
  for (let at = start; at < tokens.length; at += 1) {
    const { kind, text } = tokens[at] as Token;
    if (kind !== 'sign') continue;
    if (text === '{' || text === '[') depth += 1;
    if (text === '}' || text === ']') depth -= 1;
    if (depth === 0) return { body: tokens.slice(start + 1, at), next: at + 1 };
  }
  throw new SyntaxError('a policy that does not end');
}

/** Capabilities of one block. Whatever else stands in it narrows the rule and is not told. */
function capabilitiesOf(block: Token[]): string[] {
  const found: string[] = [];
  for (let at = 0; at < block.length; ) {
    const { text } = block[at] as Token;
    const value = block[at + 2];
    if (value?.kind === 'sign' && value.text === '[') {
      const { body, next } = inside(block, at + 2);
      if (text === 'capabilities')
        found.push(...body.filter(({ kind }) => kind === 'string').map((each) => each.text));
      at = next;
    } else if (value?.kind === 'sign' && value.text === '{') at = inside(block, at + 2).next;
    else if (block[at + 1]?.text === '{') at = inside(block, at + 1).next;
    else {
      if (text === 'policy' && value !== undefined) found.push(...(OLD_WORDS[value.text] ?? []));
      at += block[at + 1]?.kind === 'sign' && block[at + 1]?.text !== ',' ? 3 : 1;
    }
  }
  return [...new Set(found)];
}

/** `path "secret/*" { capabilities = ["read"] }`, any number of times. */
function fromHcl(text: string): Rule[] {
  const tokens = tokensOf(text);
  const rules: Rule[] = [];
  for (let at = 0; at < tokens.length; ) {
    const [word, path, brace] = tokens.slice(at, at + 3);
    if (word?.text === 'path' && path?.kind === 'string' && brace?.text === '{') {
      const { body, next } = inside(tokens, at + 2);
      rules.push({ path: path.text, capabilities: capabilitiesOf(body) });
      at = next;
    } else if (word?.text === 'name' && path?.text === '=') at += 3;
    else throw new SyntaxError('not a policy');
  }
  return rules;
}

interface JsonPolicy {
  path?: Record<string, { capabilities?: unknown; policy?: unknown }>;
}

function fromJson(text: string): Rule[] {
  const { path = {} } = JSON.parse(text) as JsonPolicy;
  return Object.entries(path).map(([name, { capabilities, policy }]) => ({
    path: name,
    capabilities: Array.isArray(capabilities) ? capabilities.map(String) : (OLD_WORDS[String(policy)] ?? []),
  }));
}

/** Rules of a policy as it is kept; null where it cannot be understood: then nobody knows what it grants. */
export function rulesOf(text: string): Rule[] | null {
  if (text.length > POLICY_MAX_CHARACTERS) return null;
  try {
    return text.trimStart().startsWith('{') ? fromJson(text) : fromHcl(text);
  } catch {
    return null;
  }
}

const CHANGES = ['create', 'update', 'patch', 'delete', 'sudo'];
/** Every path of the server. */
const EVERYTHING = ['*', '+/*'];

/** Why whoever has these rules can do everything; undefined where it cannot. The policy `root` has no rules and no limits. */
export function administratesBy(policy: string, rules: readonly Rule[]): string | undefined {
  if (policy === 'root') return 'policy root';
  const rule = rules.find(({ path, capabilities }) => {
    if (capabilities.includes('deny')) return false;
    const all = EVERYTHING.includes(path) && capabilities.some((each) => CHANGES.includes(each));
    return all || capabilities.includes('sudo');
  });
  if (rule === undefined) return undefined;
  const how = EVERYTHING.includes(rule.path) ? 'everything' : `sudo on ${rule.path}`;
  return `policy ${policy}: ${how}`;
}

/** Each right as `capability on path`; what is denied is no right. */
export const grantsOf = (rules: readonly Rule[]): string[] => [
  ...new Set(
    rules
      .filter(({ capabilities }) => !capabilities.includes('deny'))
      .flatMap(({ path, capabilities }) => capabilities.map((capability) => `${capability} on ${path}`)),
  ),
];
