/** A refusal as the server tells it: RFC 9457 problem details with one of Muniment's closed codes. */
export class Problem extends Error {
  readonly status: number;
  readonly code: string;
  readonly title: string;
  readonly path: string | undefined;

  constructor(status: number, body: Partial<{ title: string; code: string; detail: string; path: string }>) {
    super(body.detail ?? body.title ?? `the server answered ${status}`);
    this.name = 'Problem';
    this.status = status;
    this.code = body.code ?? 'unknown';
    this.title = body.title ?? `HTTP ${status}`;
    this.path = body.path;
  }
}

/** The network gave no answer at all: the server is stopped, or not reachable from here. */
export const unreachable = (): Problem =>
  new Problem(0, {
    code: 'unreachable',
    title: 'The server does not answer',
    detail: 'Nothing answered at this address. Start it with `npm start`, or check the network, then try again',
  });

export const asProblem = (error: unknown): Problem =>
  error instanceof Problem ? error : new Problem(0, { code: 'console_fault', title: 'The console failed', detail: String(error) });
