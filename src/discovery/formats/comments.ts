const COMMENT = /(?:^|\s)#/;

/** A line without what stands behind a `#` at its beginning or after space. */
export function withoutComment(line: string): string {
  const at = line.search(COMMENT);
  return at < 0 ? line : line.slice(0, at);
}
