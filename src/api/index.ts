export { ACCESS } from './access.ts';
export { ROUTES } from './contract/index.ts';
export { verifyRowsAlone } from './offline.ts';
export { openApiDocument } from './openapi.ts';
export { type Recovery, type Served, serve } from './serve.ts';
