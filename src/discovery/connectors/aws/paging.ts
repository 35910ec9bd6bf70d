import { createHash } from 'node:crypto';
import type { RawPage, SourceLimits } from '../../contract.ts';
import { SourceError } from '../../source-error.ts';
import type { Asked } from './caller.ts';

export const MISSHAPEN = 'the answer is not what it should be';

/** One page of any service. */
export interface Turned {
  /** Undefined where the answer has no list at all: that is no empty list. */
  items: object[] | undefined;
  /** Whether there is more; undefined where the answer has no end mark. */
  more: boolean | undefined;
  cursor?: string | undefined;
}

export interface Paging {
  operation: string;
  request: RawPage['request'];
  limits: SourceLimits;
  ask(cursor: string | undefined): Promise<Asked<Turned>>;
}

/** As JSON has it: dates as text, nothing undefined. */
export const plain = <Value>(value: Value): unknown => JSON.parse(JSON.stringify(value));

const digestOf = (items: unknown[]): string =>
  createHash('sha256').update(JSON.stringify(items)).digest('hex');

/** Pages and cursors that were seen: one that comes again would never end, or hides what should have come. */
function createSeen() {
  const seen = new Set<string>();
  return (what: string): void => {
    if (seen.has(what)) throw new SourceError('failed', 'the provider answered a page twice');
    seen.add(what);
  };
}

function checked({ items, more, cursor }: Turned): { items: unknown[]; more: boolean } {
  if (items === undefined || more === undefined) throw new SourceError('failed', MISSHAPEN);
  if (more && (cursor === undefined || cursor === '')) throw new SourceError('failed', MISSHAPEN);
  return { items: plain(items) as unknown[], more };
}

/**
 * Pages of one list to the provider's own end mark. A short page says nothing: these services may send fewer than asked for.
 * @throws SourceError
 */
export async function* pagesOf({ operation, request, limits, ask }: Paging): AsyncGenerator<RawPage> {
  const once = createSeen();
  let cursor: string | undefined;
  for (let pages = 1; ; pages += 1) {
    const { output, calls, providerTime } = await ask(cursor);
    const { items, more } = checked(output);
    if (items.length > 0) once(`page ${digestOf(items)}`);
    if (more) once(`cursor ${output.cursor}`);
    const limited = more && pages >= limits.pagesMax;
    yield {
      operation,
      request: { ...request, ...(cursor === undefined ? {} : { cursor }) },
      items,
      calls,
      end: !more,
      ...(providerTime === undefined ? {} : { providerTime }),
      ...(limited
        ? { denied: [{ what: `after page ${pages}`, why: `limit of ${limits.pagesMax} pages` }] }
        : {}),
    };
    if (!more || limited) return;
    cursor = output.cursor;
  }
}
