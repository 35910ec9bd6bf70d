/** More texts than recur among entries that lie near one another. */
const TEXTS_KEPT = 8192;

/**
 * Lets equal texts in many values be one text in memory: ids, times, hashes and reasons recur from entry to entry. Changes the
 * values in place, which nobody else may hold yet, and nothing about them that can be seen.
 */
export function createSharing(): (value: unknown) => void {
  const texts = new Map<string, string>();
  const shared = (text: string): string => {
    const known = texts.get(text);
    if (known !== undefined) return known;
    if (texts.size >= TEXTS_KEPT) texts.clear();
    texts.set(text, text);
    return text;
  };
  return function share(value) {
    if (typeof value !== 'object' || value === null) return;
    const members = value as Record<string, unknown>;
    for (const key of Object.keys(members)) {
      const member = members[key];
      if (typeof member === 'string') members[key] = shared(member);
      else share(member);
    }
  };
}
