export { ACCESS, type Who } from './access.ts';
export { ROUTES } from './contract/index.ts';
export { type ApiOptions, createApi, type MunimentApi } from './create.ts';
export type { Door } from './env.ts';
export { openApiDocument } from './openapi.ts';
export { type Served, serve, type Urls } from './serve.ts';
