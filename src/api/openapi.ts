import { OpenAPIHono } from '@hono/zod-openapi';
import { ACCESS } from './access.ts';
import { ROUTES } from './contract/index.ts';

const DESCRIPTION = `A control plane for non-human identities that proves what it did.

Sign in by cookie (then send \`x-csrf-token\` with every change), by \`Authorization: Bearer\`, by client certificate (agents),
or over the admin socket. Reads of facts take \`asOf\` (when it was true) and \`knownAt\` (a time or a tree size: what was known).`;

/** Who may use a route, in a word of our own: the specification has none for roles. */
const WHO = 'x-muniment-roles';

type Node = Record<string, unknown>;

const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null;
const allowsNull = (part: unknown): part is Node =>
  isNode(part) && Array.isArray(part.type) && part.type.includes('null');

/**
 * The generator writes a component that may be null as `allOf` of the component and a type with null. Null is not of the
 * component's type, so nothing may be null there to whoever reads it by JSON Schema; a choice of two says what is meant.
 */
function mendNullable(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(mendNullable);
  if (!isNode(value)) return value;
  const [component, alternative, ...more] = Array.isArray(value.allOf) ? value.allOf : [];
  if (!isNode(component) || !allowsNull(alternative) || more.length > 0)
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, mendNullable(each)]));
  const { allOf: _, ...said } = value;
  const { type: __, ...saidBeside } = alternative;
  return { ...said, ...saidBeside, anyOf: [component, { type: 'null' }] };
}

/** OpenAPI 3.1 from the routes themselves. */
export function openApiDocument(): object {
  const app = new OpenAPIHono();
  for (const route of ROUTES) {
    const known = {
      ...(route as unknown as Parameters<typeof app.openAPIRegistry.registerPath>[0]),
      [WHO]: ACCESS[route.operationId],
    };
    app.openAPIRegistry.registerPath(known);
  }
  const { registerComponent } = app.openAPIRegistry;
  registerComponent.call(app.openAPIRegistry, 'securitySchemes', 'session', {
    type: 'apiKey',
    in: 'cookie',
    name: 'muniment_session',
  });
  registerComponent.call(app.openAPIRegistry, 'securitySchemes', 'bearer', {
    type: 'http',
    scheme: 'bearer',
  });
  registerComponent.call(app.openAPIRegistry, 'securitySchemes', 'agent', { type: 'mutualTLS' });
  const document = app.getOpenAPI31Document({
    openapi: '3.1.0',
    info: { title: 'Muniment', version: '1', description: DESCRIPTION },
    security: [{ session: [] }, { bearer: [] }, { agent: [] }],
  });
  return mendNullable(document) as object;
}
