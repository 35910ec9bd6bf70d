import { useSyncExternalStore } from 'react';

/** What a person keeps on this machine alone, as JSON under one name each. A browser without storage forgets it with the page. */

const PREFIX = 'muniment-';
const texts = new Map<string, string>();
const listeners = new Set<() => void>();

function read(name: string): string | undefined {
  const known = texts.get(name);
  if (known !== undefined) return known;
  try {
    return localStorage.getItem(PREFIX + name) ?? undefined;
  } catch {
    return undefined;
  }
}

function write(name: string, text: string): void {
  texts.set(name, text);
  try {
    localStorage.setItem(PREFIX + name, text);
  } catch {
    // Storage may be blocked or full; what was chosen then lasts as long as the page.
  }
  for (const listener of listeners) listener();
}

const subscribe = (listener: () => void): (() => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

/** Anyone with the machine may have written there, and so may an older console: `parse` gives undefined for what it cannot use. */
function decode<T>(text: string | undefined, parse: (value: unknown) => T | undefined): T | undefined {
  if (text === undefined) return undefined;
  try {
    return parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

export function useStored<T>(
  name: string,
  parse: (value: unknown) => T | undefined,
): [value: T | undefined, keep: (value: T) => void] {
  const text = useSyncExternalStore(subscribe, () => read(name));
  return [decode(text, parse), (value) => write(name, JSON.stringify(value))];
}
