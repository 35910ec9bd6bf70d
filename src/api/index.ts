export { openApiDocument } from './openapi.ts';
export { type Served, serve } from './serve.ts';
