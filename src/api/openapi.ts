import { OpenAPIHono } from '@hono/zod-openapi';
import { ACCESS } from './access.ts';
import { ROUTES } from './contract/index.ts';

const DESCRIPTION = `A control plane for non-human identities that proves what it did.

Sign in by cookie (then send \`x-csrf-token\` with every change), by \`Authorization: Bearer\`, by client certificate (agents),
or over the admin socket. Reads of facts take \`asOf\` (when it was true) and \`knownAt\` (a time or a tree size: what was known).`;

/** Who may use a route, in a word of our own: the specification has none for roles. */
const WHO = 'x-muniment-roles';

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
  return app.getOpenAPI31Document({
    openapi: '3.1.0',
    info: { title: 'Muniment', version: '1', description: DESCRIPTION },
    security: [{ session: [] }, { bearer: [] }, { agent: [] }],
  });
}
