import { z } from 'zod';

const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]']);

/**
 * Setting: where a provider is reached. Plain http would hand the credential to whoever listens on the way, so it is for this host
 * only (a proxy beside us, a test).
 */
export const baseUrl = (): z.ZodURL =>
  z.url({ protocol: /^https?$/ }).refine((value) => {
    const { protocol, hostname } = new URL(value);
    return protocol === 'https:' || LOOPBACK.has(hostname);
  }, 'must be https, or on this host');

/** Without slashes at its end, however many; a path that is all slashes keeps the first. */
export function withoutSlashes(place: string): string {
  let end = place.length;
  while (end > 1 && place[end - 1] === '/') end -= 1;
  return place.slice(0, end);
}
