const SECOND_MS = 1000;
const HTTP_FORBIDDEN = 403;
const HTTP_TOO_MANY = 429;

/**
 * GitHub says "too fast" with 403 as often as with 429: by `x-ratelimit-remaining: 0` and the moment of reset (seconds since 1970),
 * or by `retry-after` alone. Taken for a refusal it would become a denied range that is none.
 * @see https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api
 */
export function waitOf(status: number, headers: Headers, now: Date): number | undefined {
  if (status !== HTTP_FORBIDDEN && status !== HTTP_TOO_MANY) return undefined;
  const after = Number(headers.get('retry-after') ?? Number.NaN);
  if (Number.isFinite(after)) return after * SECOND_MS;
  if (headers.get('x-ratelimit-remaining') !== '0') return undefined;
  const reset = Number(headers.get('x-ratelimit-reset') ?? Number.NaN);
  return Number.isFinite(reset) ? Math.max(0, reset * SECOND_MS - now.getTime()) : undefined;
}
