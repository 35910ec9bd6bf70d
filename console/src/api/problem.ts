/** A refusal as the server tells it: RFC 9457 problem details with one of Muniment's closed codes. */
export class Problem extends Error {
  /** 0 where there was no answer. */
  readonly status: number;
  readonly code: string;
  /** Where in the input the fault lies. */
  readonly path: string | undefined;
  /** The ledger entry that recorded the refusal. */
  readonly entry: number | undefined;

  constructor(
    status: number,
    body: { code?: string; detail?: string; title?: string; path?: string; entry?: number },
  ) {
    super(body.detail ?? body.title ?? `the server answered ${status}`);
    this.name = 'Problem';
    this.status = status;
    this.code = body.code ?? 'unknown';
    this.path = body.path;
    this.entry = body.entry;
  }
}

/** The network gave no answer at all: the server is stopped, or not reachable from here. */
export const unreachable = (): Problem =>
  new Problem(0, { code: 'unreachable', detail: 'the server does not answer' });

export const asProblem = (error: unknown): Problem =>
  error instanceof Problem
    ? error
    : new Problem(0, { code: 'console_fault', detail: `the console failed: ${String(error)}` });
