/**
 * Patterns of CODEOWNERS: as gitignore matches, without `!` and ranges, which CODEOWNERS has not. They are a stranger's, so they are
 * matched in time that grows with pattern and path alone: as an expression, a few stars would take for ever.
 */

/** `/a/**`-like words, or one character, with `=` before it. */
type Token = string;
const WORD = /\*\*\/|\*{2,}|\*|\?|\\?[^]/gu;
const DEEP = '**/';
const MANY = '**';
const SOME = '*';
const ONE = '?';
const EMPTY_TOO: ReadonlySet<Token> = new Set([DEEP, MANY, SOME]);

const tokenOf = (word: string): Token => {
  if (word === DEEP || word === SOME || word === ONE) return word;
  return word.startsWith(MANY) ? MANY : `=${word.replace(/^\\(?=.)/s, '')}`;
};

/** Places in the pattern to go on from after a character; none where it does not fit. */
function stepsOf(token: Token | undefined, at: number, character: string): number[] {
  if (token === MANY) return [at];
  if (token === DEEP) return character === '/' ? [at, at + 1] : [at];
  if (token === SOME) return character === '/' ? [] : [at];
  if (token === ONE) return character === '/' ? [] : [at + 1];
  return token === `=${character}` ? [at + 1] : [];
}

/** Adds the places behind stars that take nothing. */
function reached(tokens: Token[], places: number[]): Set<number> {
  const all = new Set<number>();
  for (const place of places)
    for (let at = place; !all.has(at); at += 1) {
      all.add(at);
      if (!EMPTY_TOO.has(tokens[at] ?? '')) break;
    }
  return all;
}

/** What a pattern that ends here takes: the file of that name, what lies below a folder of that name, or both. */
interface Reach {
  file: boolean;
  below: boolean;
}

const reachOf = (pattern: string): Reach => ({ file: !pattern.endsWith('/'), below: !pattern.endsWith('/*') });

/** A pattern with a slash before its end is of the root, any other of every folder. */
function tokensOf(pattern: string): Token[] {
  const words = pattern.replace(/^\//, '').replace(/\/$/, '').match(WORD) ?? [];
  return [...(/\/./s.test(pattern) ? [] : [DEEP]), ...words.map(tokenOf)];
}

/** `path` begins with a slash. */
export function ownerPattern(pattern: string): (path: string) => boolean {
  const [tokens, { file, below }] = [tokensOf(pattern), reachOf(pattern)];
  return (path) => {
    let places = reached(tokens, [0]);
    for (const character of path.slice(1)) {
      if (below && character === '/' && places.has(tokens.length)) return true;
      places = reached(
        tokens,
        [...places].flatMap((at) => stepsOf(tokens[at], at, character)),
      );
    }
    return file && places.has(tokens.length);
  };
}
