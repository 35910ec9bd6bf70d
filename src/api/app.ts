import { randomUUID } from 'node:crypto';
import { OpenAPIHono } from '@hono/zod-openapi';
import type { Context, MiddlewareHandler } from 'hono';
import { MunimentError, type SpanSink, startTrace } from '../kernel/index.ts';
import { ACCESS, admitTo } from './access.ts';
import type { Attempts } from './attempts.ts';
import { limitBody } from './body.ts';
import type { Env } from './env.ts';
import { checkCsrf, checkHost, checkOrigin, isChange, type Places } from './guard.ts';
import type { Logger } from './logging.ts';
import { match } from './match.ts';
import type { Metrics } from './metrics.ts';
import { isOAuth, oauthProblem } from './oauth/errors.ts';
import { asMunimentError, badRequest, problem } from './problem.ts';
import { API_HEADERS, type StaticFiles } from './static.ts';
import { readTraceparent } from './traceparent.ts';

export type Api = OpenAPIHono<Env>;

export interface Frame {
  places: Places;
  logger: Logger;
  metrics: Metrics;
  attempts: Attempts;
  files: StaticFiles;
  /** Where traces go; absent where nobody asked for any. */
  spans?: SpanSink | undefined;
  /** Counts a refusal that storage was too ill to record. */
  onUnrecorded(): void;
  /** Who is asking; throws where what they showed is wrong. */
  callerOf(c: Context<Env>): Promise<Env['Variables']['caller']>;
}

const MILLISECONDS = 1000;
/** A method is the caller's text: only those that we know are named (OpenTelemetry HTTP conventions). */
const METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH']);
/** Doors behind which the console has its pages. */
const PAGES: ReadonlySet<Env['Bindings']['kind']> = new Set(['console', 'tls']);
/** An unknown path under these is an error in JSON, not a page of the console. */
const NOT_CONSOLE = /^\/(api|oauth|log|pki|\.well-known)(\/|$)/;

/** An app that has every guard in front and no route yet. */
export function createFrame(frame: Frame): Api {
  const app: Api = new OpenAPIHono<Env>({
    defaultHook(result) {
      if (!result.success) throw badRequest(result.error);
    },
  });
  app.onError((error, c) => answerError(frame, c, error));
  app.notFound(() => {
    throw new MunimentError('not_found', 'there is nothing at this address');
  });
  app.use(observe(frame), find(frame), guard(frame), limitBody, identify(frame));
  return app;
}

/** A page asks who is signed in before it shows the sign-in: nobody tried anything. */
const isFirstLook = (c: Context<Env>, { code }: MunimentError): boolean =>
  code === 'unauthenticated' && c.get('route')?.operationId === 'getSession';

/** A request that somebody known made in order to have something decided: its refusal ought to be an entry. */
const mayDecide = (c: Context<Env>): boolean =>
  isChange(c.req.method) && c.get('caller') !== undefined && c.get('caller').kind !== 'none';

function answerError({ logger, attempts, onUnrecorded }: Frame, c: Context<Env>, error: Error): Response {
  const known = asMunimentError(error);
  if (!isFirstLook(c, known)) attempts.note(sourceOf(c), known.code);
  const about = { request: c.get('requestId'), code: known.code, detail: known.detail };
  if (known.code === 'storage_unavailable' && mayDecide(c)) onUnrecorded();
  if (known.status >= 500) logger.error({ ...about, err: known.cause ?? known }, 'request failed');
  else logger.info(about, 'request refused');
  // The rest of such a body may still be on its way, and would be read as the next request.
  if (known.code === 'body_too_large') c.header('connection', 'close');
  return isOAuth(c.get('route')) ? oauthProblem(c, known) : problem(c, known);
}

export const sourceOf = (c: Context<Env>): string => c.env.address ?? 'admin socket';

function observe({ logger, metrics, spans }: Frame): MiddlewareHandler<Env> {
  return async (c, next) => {
    const start = performance.now();
    c.set('requestId', randomUUID());
    const told = () => ({
      'muniment.request': c.get('requestId'),
      'muniment.operation': c.get('route')?.operationId ?? 'none',
      'http.request.method': METHODS.has(c.req.method) ? c.req.method : '_OTHER',
      'http.response.status_code': c.res.status,
    });
    await startTrace(spans, 'request', next, told, readTraceparent(c.req.header('traceparent')));
    const milliseconds = performance.now() - start;
    const operation = c.get('route')?.operationId ?? 'none';
    metrics.request(operation, c.res.status, milliseconds / MILLISECONDS);
    // The path and the query stay out: they may name people.
    logger.info({ request: c.get('requestId'), operation, status: c.res.status, milliseconds }, 'request');
  };
}

/** Finds the route before anything else looks: what has no route reaches no handler but the console's files. */
function find({ places, files }: Frame): MiddlewareHandler<Env> {
  return async (c, next) => {
    const found = match(c.req.method, c.req.path);
    if (found && 'route' in found && !isElsewhere(c.env.kind, found.route.operationId)) {
      c.set('route', found.route);
      await next();
      for (const [name, value] of Object.entries(API_HEADERS)) {
        if (!c.res.headers.has(name)) c.res.headers.set(name, value);
      }
      return undefined;
    }
    if (found && 'allow' in found)
      throw new MunimentError('method_not_allowed', `this address takes ${found.allow.join(', ')}`);
    if (NOT_CONSOLE.test(c.req.path) || !PAGES.has(c.env.kind)) return c.notFound();
    return checkHost(c, places) ?? files.answer(c) ?? c.notFound();
  };
}

/** Plain http serves what carries its own signature, and nothing else. */
const isElsewhere = (door: Env['Bindings']['kind'], operation: string): boolean =>
  door === 'pki' && !['caCertificate', 'crl'].includes(operation);

function guard({ places }: Frame): MiddlewareHandler<Env> {
  return async (c, next) => {
    const elsewhere = checkHost(c, places);
    if (elsewhere) return elsewhere;
    checkOrigin(c, places);
    return next();
  };
}

function identify({ callerOf }: Frame): MiddlewareHandler<Env> {
  return async (c, next) => {
    const { operationId } = c.get('route') as { operationId: string };
    const isOpen = ACCESS[operationId]?.includes('anyone') ?? false;
    c.set(
      'caller',
      await callerOf(c).catch((error) => (isOpen ? { kind: 'none' as const } : Promise.reject(error))),
    );
    checkCsrf(c);
    admitTo(c.get('caller'), operationId);
    await next();
  };
}
