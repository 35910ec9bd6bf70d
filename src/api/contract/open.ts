import { type RouteConfig, z } from '@hono/zod-openapi';
import { json, route } from './common.ts';

/** What is open to all, on every listener; none of it is under `/api/v1`. */
const tags = ['public'];

const text = (type: string, description: string) => ({
  200: { description, content: { [type]: { schema: z.string() } } },
});
const bytes = (type: string, description: string) => ({
  200: { description, content: { [type]: { schema: z.string().openapi({ format: 'binary' }) } } },
});
const object = (description: string) => ({ 200: { description, content: json(z.looseObject({})) } });

const open = (operationId: string, path: string, summary: string, responses: RouteConfig['responses']) =>
  route({ operationId, method: 'get', path, tags, summary, responses });

export const healthz = open('healthz', '/healthz', 'The process answers', text('text/plain', 'ok'));
export const readyz = open(
  'readyz',
  '/readyz',
  'Storage answers too, and takes what must be recorded',
  text('text/plain', 'ok'),
);
export const checkpoint = open(
  'logCheckpoint',
  '/log/checkpoint',
  'The signed tree head (C2SP tlog-checkpoint)',
  text('text/plain', 'A signed note'),
);
export const verifierKey = open(
  'logVerifierKey',
  '/log/vkey',
  "The log's verifier key (C2SP signed-note)",
  text('text/plain', 'A verifier key'),
);
export const tile = route({
  operationId: 'logTile',
  method: 'get',
  path: '/log/tile/{rest}',
  tags,
  summary: 'A tile of hashes (C2SP tlog-tiles); `entries/…` holds leaves and needs the role auditor',
  request: { params: z.strictObject({ rest: z.string().max(200) }) },
  responses: bytes('application/octet-stream', 'A tile'),
});
export const caCertificate = open(
  'caCertificate',
  '/pki/ca.pem',
  'The root certificate',
  text('application/x-pem-file', 'PEM'),
);
export const crl = route({
  operationId: 'crl',
  method: 'get',
  path: '/pki/{name}',
  tags,
  summary: 'A certificate revocation list, DER (RFC 5280)',
  request: { params: z.strictObject({ name: z.string().max(100) }) },
  responses: bytes('application/pkix-crl', 'A list'),
});
export const jwks = open(
  'jwks',
  '/.well-known/jwks.json',
  'Keys of JWT-SVIDs (RFC 7517)',
  object('A key set'),
);
export const openidConfiguration = open(
  'openidConfiguration',
  '/.well-known/openid-configuration',
  'Where the keys and the introspection endpoint are',
  object('Metadata'),
);
export const spiffeBundle = open(
  'spiffeBundle',
  '/.well-known/spiffe-bundle',
  'The trust bundle (SPIFFE Trust Domain and Bundle)',
  object('A bundle'),
);
export const openapi = open('openapi', '/openapi.json', 'This document', object('OpenAPI 3.1'));
export const metrics = open('metrics', '/metrics', 'Prometheus metrics', text('text/plain', 'Metrics'));
