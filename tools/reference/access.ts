import { ROLES } from '#verifier';
import { ACCESS, ROUTES } from '../../src/api/index.ts';
import { code, page, table } from './markdown.ts';

const CALLERS = ['anyone', 'signed-in', ...ROLES, 'bootstrap', 'socket', 'agent'] as const;

export function accessPage(): string {
  const rows = ROUTES.map(({ operationId, method, path }) => {
    const who = ACCESS[operationId] ?? [];
    return [
      code(`${method.toUpperCase()} ${path}`),
      code(operationId),
      ...CALLERS.map((each) => (who.includes(each) ? '✓' : '')),
    ];
  });
  return page(
    'Access',
    'Who may use each route; what has no row is refused to everyone. `signed-in` is any person with a session, `bootstrap` the first administrator before anyone is enrolled, `socket` the local operator over the admin socket, `agent` a client certificate of a joined agent. A handler may refuse further: an approval is a signature, whoever sends it.',
    table(['route', 'operation', ...CALLERS], rows),
  );
}
