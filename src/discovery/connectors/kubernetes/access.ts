import type { KubeConfig } from '@kubernetes/client-node';
import { z } from 'zod';
import type { Opening } from '../../contract.ts';
import { createHttp, type Http } from '../../http.ts';
import { fetchOver, type TransportOptions } from '../../http-tls.ts';
import { SourceError } from '../../source-error.ts';
import { OPERATIONS } from './operations.ts';

/** What the API server gives at most in one page. */
const PAGE_MAX = 500;

export const SETTINGS = z
  .strictObject({
    server: z
      .url({ protocol: /^https?$/ })
      .optional()
      .describe('address of the API server'),
    ca: z.string().optional().describe('certificate of its authority, PEM'),
    clientCertificate: z.string().optional().describe('PEM; its key is the secret `clientKey`'),
    kubeconfig: z.string().optional().describe('path of a kubeconfig, instead of `server` and `ca`'),
    context: z.string().optional().describe('of the kubeconfig; its current one where absent'),
    cluster: z
      .string()
      .min(1)
      .max(200)
      .optional()
      .describe('name of the cluster; its token issuer where absent'),
    auditLog: z.string().optional().describe('folder with the audit log as JSON lines, for last uses'),
    listTokenSecrets: z.boolean().default(false).describe('also list token secrets: see the README before'),
    pageSize: z.int().min(1).max(PAGE_MAX).default(PAGE_MAX).describe('objects asked for at once'),
  })
  .refine(({ server, kubeconfig }) => (server === undefined) !== (kubeconfig === undefined), {
    message: 'give `server` or `kubeconfig`',
  });
export type Settings = z.output<typeof SETTINGS>;

const base64 = (text: string): string => Buffer.from(text).toString('base64');

const LOOPBACK = ['127.0.0.1', '[::1]', 'localhost'];
const NAME = 'muniment';

/** A token in clear over a network would be anybody's. */
function assertPrivate(server: string): void {
  const { protocol, hostname } = new URL(server);
  if (protocol !== 'https:' && !LOOPBACK.includes(hostname))
    throw new SourceError('failed', 'the server must be asked by https');
}

async function loadDirect(config: KubeConfig, settings: Settings, opening: Opening): Promise<void> {
  const { server = '', ca, clientCertificate } = settings;
  const token = opening.hasSecret('token') ? await opening.secret('token') : undefined;
  const key = clientCertificate === undefined ? undefined : await opening.secret('clientKey');
  config.loadFromClusterAndUser(
    {
      name: NAME,
      server,
      skipTLSVerify: server.startsWith('http:'),
      ...(ca === undefined ? {} : { caData: base64(ca) }),
    },
    {
      name: NAME,
      ...(token === undefined ? {} : { token: token.trim() }),
      ...(clientCertificate === undefined ? {} : { certData: base64(clientCertificate) }),
      ...(key === undefined ? {} : { keyData: base64(key) }),
    },
  );
}

/** A kubeconfig may name a program to be run, or switch off the check of the server: neither is for a sweep to do. */
function assertHarmless(config: KubeConfig): void {
  const [cluster, user] = [config.getCurrentCluster(), config.getCurrentUser()];
  if (!cluster || !user) throw new SourceError('failed', 'the kubeconfig has no such context');
  if (user.exec !== undefined || user.authProvider !== undefined)
    throw new SourceError(
      'failed',
      'the kubeconfig runs a program to log in: use a token or a client certificate',
    );
  if (cluster.skipTLSVerify && cluster.server.startsWith('https:'))
    throw new SourceError('failed', 'the kubeconfig does not check the server');
}

function loadFile(config: KubeConfig, path: string, context: string | undefined): void {
  try {
    config.loadFromFile(path);
  } catch {
    throw new SourceError('failed', 'the kubeconfig cannot be read');
  }
  if (context !== undefined) config.setCurrentContext(context);
}

/** The client's own reading of kubeconfig and credentials. Throws `SourceError` where it would do more than read the cluster. */
async function configOf(settings: Settings, opening: Opening): Promise<KubeConfig> {
  const { KubeConfig } = await import('@kubernetes/client-node');
  const config = new KubeConfig();
  if (settings.kubeconfig === undefined) await loadDirect(config, settings, opening);
  else loadFile(config, settings.kubeconfig, settings.context);
  assertHarmless(config);
  assertPrivate(config.getCurrentCluster()?.server ?? '');
  return config;
}

/** HTTP to the API server, with the authority, proxy and credentials that the official client makes of the settings. */
export async function connect(settings: Settings, opening: Opening): Promise<Http> {
  const config = await configOf(settings, opening);
  const transport = async (): Promise<TransportOptions> => {
    const options: TransportOptions = {};
    await config.applyToHTTPSOptions(options);
    return options;
  };
  const options = {
    // Some clusters are served below a path: what is asked is relative to it.
    base: `${(config.getCurrentCluster()?.server ?? '').replace(/(?<!\/)\/+$/, '')}/`,
    operations: OPERATIONS,
    headers: () => ({}),
    fetch: fetchOver(transport),
  };
  return createHttp(options, opening);
}
