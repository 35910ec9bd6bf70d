import { createRoute, type RouteConfig, z } from '@hono/zod-openapi';
import { ACTIONS, ENVIRONMENTS, IDENTITY_KINDS, IDENTITY_STATES, ROLES } from '#verifier';

/** Shapes that more than one group of routes needs, and the one way to define a route. */

export const LIST_LIMIT_DEFAULT = 100;
export const LIST_LIMIT_MAX = 500;
const QUERY_MAX_CHARACTERS = 200;
/** A body never holds more text than this in one field, apart from manifests and requests for certificates. */
export const TEXT_MAX_CHARACTERS = 2000;

export const Id = z.string().max(QUERY_MAX_CHARACTERS).openapi({ example: 'idn_abcdefghijklmnopqrstuvwxyz' });
export const Text = z.string().min(1).max(TEXT_MAX_CHARACTERS);
export const Time = z.iso.datetime({ offset: true }).openapi({ example: '2026-03-03T09:00:00.000Z' });
/** Index of an entry, as a path or query parameter. */
export const IndexParam = z.string().regex(/^(0|[1-9][0-9]{0,14})$/);

export const RoleWord = z.enum(ROLES);
export const IdentityKindWord = z.enum(IDENTITY_KINDS);
export const IdentityStateWord = z.enum(IDENTITY_STATES);
export const EnvironmentWord = z.enum(ENVIRONMENTS);
export const ActionWord = z.enum(ACTIONS);

/** `name` is null where the personal value behind it was erased. */
export const Ref = z.object({ id: z.string(), name: z.string().nullable() }).openapi('Ref');

/** Who answers for a thing, and whether they are still there. */
export const Owner = Ref.extend({ status: z.enum(['active', 'left']) }).openapi('Owner');

/** A moment in both times. `knownAt` is RFC 3339 or a tree size. */
export const whenShape = {
  asOf: Time.optional(),
  knownAt: z.union([Time, IndexParam]).optional(),
};
export const pageShape = {
  limit: z.coerce.number().int().min(1).max(LIST_LIMIT_MAX).default(LIST_LIMIT_DEFAULT),
  cursor: z.string().max(QUERY_MAX_CHARACTERS).optional(),
};
export const searchShape = { q: z.string().max(QUERY_MAX_CHARACTERS).optional() };
export const FlagParam = z.enum(['true', 'false']);
export const WhenQuery = z.strictObject(whenShape);
export const IdPath = z.strictObject({ id: Id });
export const NoBody = z.strictObject({});

export const Receipt = z
  .object({
    index: z.number().int(),
    leaf: z.base64(),
    body: z.base64(),
    checkpoint: z.string(),
    proof: z.array(z.base64()),
  })
  .openapi('Receipt', { description: 'Leaf, body, signed checkpoint and inclusion proof of one entry.' });

/** RFC 9457. `entry` names the refusal's own entry where one was written. */
export const Problem = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.number().int(),
    code: z.string(),
    detail: z.string(),
    path: z.string().optional(),
    entry: z.number().int().optional(),
    request: z.string().optional(),
  })
  .openapi('Problem');

const PROBLEM_RESPONSE = {
  description: 'Refused or failed (RFC 9457); `code` is of a closed list.',
  content: { 'application/problem+json': { schema: Problem } },
};

export const json = <S extends z.ZodType>(schema: S) => ({ 'application/json': { schema } });

/** The one response of a route that goes well. */
export const ok = <S extends z.ZodType>(schema: S, description = 'Done') => ({
  200: { description, content: json(schema) },
});
export const done = { 204: { description: 'Done' } };

/** A JSON body that must be there. */
export const body = <S extends z.ZodType>(schema: S) => ({
  body: { content: json(schema), required: true as const },
});

/** A page of things; `next` is the cursor of the following page, or null at the end. */
export const page = <S extends z.ZodType>(item: S) =>
  z.object({ items: z.array(item), next: z.string().nullable() });
export const list = <S extends z.ZodType>(item: S) => z.object({ items: z.array(item) });

/**
 * Defines a route. A query key that the route does not name is refused, also where it names none, and every
 * route answers with a problem where it does not answer otherwise.
 */
export function route<const R extends RouteConfig & { operationId: string }>(config: R) {
  const request = { query: z.strictObject({}), ...config.request };
  const responses = { ...config.responses, default: PROBLEM_RESPONSE };
  return createRoute({ ...config, request, responses }) as unknown as ReturnType<
    typeof createRoute<R['path'], R>
  >;
}
