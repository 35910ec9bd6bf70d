import { readFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import { join } from 'node:path';
import type { Context } from 'hono';
import { encodePem } from '../../crypto/index.ts';
import { jwksOf, spiffeBundleOf } from '../../issuance/index.ts';
import { MunimentError } from '../../kernel/index.ts';
import { admit, admitAuditor } from '../access.ts';
import type { Api } from '../app.ts';
import * as contract from '../contract/open.ts';
import type { Env } from '../env.ts';
import { openApiDocument } from '../openapi.ts';
import type { Rooms } from './rooms.ts';

/** C2SP tlog-tiles: `L/N` or `entries/N`, N in groups of three digits, `.p/W` for a partial tile. Nothing else is a path. */
const TILE =
  /^(entries|[0-9]|[1-5][0-9]|6[0-3])\/(x[0-9]{3}\/)*[0-9]{3}(\.p\/([1-9][0-9]?|1[0-9]{2}|2[0-4][0-9]|25[0-5]))?$/;
const CRL = /^([a-z]+(?:-[0-9]{1,6})?)\.crl$/;
const SPIFFE_MEDIA_TYPE = 'application/json';
const SHORT_SECONDS = 60;
const IMMUTABLE = 'public, max-age=31536000, immutable';

const missing = (): MunimentError => new MunimentError('not_found', 'there is nothing at this address');

export function mountOpen(app: Api, rooms: Rooms): void {
  const { log, authority, metrics, config, database, revocation } = rooms;
  const logFolder = join(config.data, 'log');
  let document: object | undefined;

  app.openapi(contract.healthz, (c) => c.text('ok\n', 200));
  app.openapi(contract.readyz, async (c) => {
    await log.checkWritable();
    // An empty batch takes the log's head like any other: a database that can only be read is not ready.
    await log.append([]);
    return c.text(`ok ${database.engine}\n`, 200);
  });
  app.openapi(contract.openapi, (c) => {
    // Made when somebody first asks: few do, and every start would wait for it.
    document ??= openApiDocument();
    return c.json(document as never, 200);
  });

  app.openapi(contract.checkpoint, async (c) => {
    const written = await readIf(join(logFolder, 'checkpoint'));
    return c.text(written?.toString('utf8') ?? (await log.head()).checkpoint, 200);
  });
  app.openapi(contract.verifierKey, (c) => c.text(`${log.verifierKey}\n`, 200));
  // The OpenAPI document has one parameter for what are several segments.
  app.get('/log/tile/*', (c) => answerTile(c, logFolder));

  app.openapi(contract.caCertificate, (c) => {
    const pem = encodePem(authority.root().certificate, 'CERTIFICATE');
    return c.body(pem, 200, { 'content-type': 'application/x-pem-file' });
  });
  app.openapi(contract.crl, async (c) => {
    const name = CRL.exec(c.req.valid('param').name)?.[1];
    if (name === undefined) throw missing();
    const crl = await revocation.crl(name);
    return c.body(new Uint8Array(crl), 200, { 'content-type': 'application/pkix-crl' });
  });
  app.openapi(contract.jwks, async (c) => cached(c, await jwksOf(authority)) as never);
  app.openapi(contract.spiffeBundle, async (c) => cached(c, await spiffeBundleOf(authority)) as never);
  app.openapi(contract.openidConfiguration, (c) => cached(c, metadataOf(c, rooms)) as never);

  app.openapi(contract.metrics, async (c) => {
    if (!isLoopback(c.env.address)) admit(c.get('caller'), ['operator', 'socket']);
    return c.body(await metrics.text(), 200, { 'content-type': metrics.contentType });
  });
}

const cached = (c: Context<Env>, value: object): Response =>
  c.json(value as never, 200, {
    'cache-control': `public, max-age=${SHORT_SECONDS}`,
    'content-type': SPIFFE_MEDIA_TYPE,
  });

async function answerTile(c: Context<Env>, folder: string): Promise<Response> {
  const rest = c.req.path.slice('/log/tile/'.length);
  if (!TILE.test(rest)) throw missing();
  if (rest.startsWith('entries/')) admitAuditor(c.get('caller'));
  const bytes = await readIf(join(folder, 'tile', rest));
  if (bytes === undefined) throw missing();
  return c.body(new Uint8Array(bytes), 200, {
    'content-type': 'application/octet-stream',
    'cache-control': rest.startsWith('entries/') ? 'no-store' : IMMUTABLE,
  });
}

async function readIf(path: string): Promise<Buffer | undefined> {
  try {
    return await readFile(path);
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw error;
  }
}

/** OpenID Connect Discovery 1.0, as far as it is ours: keys and introspection, no sign-in of people. */
function metadataOf(c: Context<Env>, { authority }: Rooms) {
  const base = authority.issuerUrl ?? `https://${c.req.header('host') ?? 'localhost'}`;
  return {
    issuer: authority.issuerUrl ?? `spiffe://${authority.trustDomain}`,
    jwks_uri: `${base}/.well-known/jwks.json`,
    introspection_endpoint: `${base}/oauth/introspect`,
    id_token_signing_alg_values_supported: ['ES256'],
    response_types_supported: ['none'],
    subject_types_supported: ['public'],
  };
}

function isLoopback(address: string | null): boolean {
  if (address === null) return true;
  const plain = address.replace(/^::ffff:/, '');
  return (isIP(plain) === 4 && plain.startsWith('127.')) || plain === '::1';
}
