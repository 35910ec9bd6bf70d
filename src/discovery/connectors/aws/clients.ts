import { Transform } from 'node:stream';
import type { IAMClient } from '@aws-sdk/client-iam';
import type { KMSClient } from '@aws-sdk/client-kms';
import type { OrganizationsClient } from '@aws-sdk/client-organizations';
import type { S3Client } from '@aws-sdk/client-s3';
import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { SSMClient } from '@aws-sdk/client-ssm';
import type { STSClient } from '@aws-sdk/client-sts';
import type { Opening } from '../../contract.ts';
import { SourceError } from '../../source-error.ts';
import type { AnswerDates } from './caller.ts';
import type { Settings } from './settings.ts';

export interface Credentials {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string;
}

/** Clients of one credential, made at first use and kept by region. */
export interface Clients {
  iam(): Promise<IAMClient>;
  sts(): Promise<STSClient>;
  organizations(): Promise<OrganizationsClient>;
  s3(): Promise<S3Client>;
  secrets(region: string): Promise<SecretsManagerClient>;
  parameters(region: string): Promise<SSMClient>;
  keys(region: string): Promise<KMSClient>;
  destroy(): void;
}

/** What all clients share in their stack of middleware, as far as we use it. */
interface Stacked {
  middlewareStack: { add(middleware: never, options: never): void };
  destroy(): void;
}
interface HttpAnswer {
  headers?: Record<string, string>;
  body?: NodeJS.ReadableStream;
}
type Next = (args: unknown) => Promise<{ output: object; response: HttpAnswer }>;

function limiter(maxBytes: number): Transform {
  let size = 0;
  return new Transform({
    transform(chunk: Uint8Array, _encoding, done) {
      size += chunk.byteLength;
      if (size > maxBytes) done(new SourceError('failed', `an answer of more than ${maxBytes} bytes`));
      else done(null, chunk);
    },
  });
}

/** Bounds every answer, and keeps its `Date`. An answer that is cut takes the limiter down with it. */
function watch(client: Stacked, maxBytes: number, dates: AnswerDates): void {
  const bound = (next: Next) => async (args: unknown) => {
    const result = await next(args);
    const { body } = result.response;
    if (body !== undefined && typeof body.pipe === 'function') {
      const limited = limiter(maxBytes);
      body.on('error', (error) => limited.destroy(error));
      result.response.body = body.pipe(limited);
    }
    return result;
  };
  const date = (next: Next) => async (args: unknown) => {
    const result = await next(args);
    const at = Date.parse(result.response.headers?.date ?? '');
    if (!Number.isNaN(at)) dates.set(result.output, new Date(at));
    return result;
  };
  client.middlewareStack.add(bound as never, { step: 'deserialize', priority: 'low' } as never);
  client.middlewareStack.add(date as never, { step: 'initialize' } as never);
}

/** `credentials` undefined: the SDK's default chain (environment, shared files, instance or web identity role). */
export function createClients(
  settings: Pick<Settings, 'endpoint' | 'regions'>,
  credentials: Credentials | undefined,
  { limits }: Opening,
  dates: AnswerDates,
): Clients {
  const made = new Map<string, Promise<Stacked>>();
  const home = settings.regions[0] as string;
  const common = (region: string) => ({
    region,
    maxAttempts: 1,
    ...(settings.endpoint === undefined ? {} : { endpoint: settings.endpoint }),
    ...(credentials === undefined ? {} : { credentials }),
  });
  function kept<Client extends Stacked>(name: string, make: () => Promise<Client>): Promise<Client> {
    const known = made.get(name);
    if (known !== undefined) return known as Promise<Client>;
    const client = make().then((one) => {
      watch(one, limits.bodyMaxBytes, dates);
      return one;
    });
    made.set(name, client);
    return client;
  }
  return {
    iam: () => kept('iam', async () => new (await import('@aws-sdk/client-iam')).IAMClient(common(home))),
    sts: () => kept('sts', async () => new (await import('@aws-sdk/client-sts')).STSClient(common(home))),
    organizations: () =>
      kept('organizations', async () => {
        const { OrganizationsClient } = await import('@aws-sdk/client-organizations');
        return new OrganizationsClient(common(home));
      }),
    s3: () =>
      kept('s3', async () => {
        const { S3Client } = await import('@aws-sdk/client-s3');
        return new S3Client({
          ...common(home),
          forcePathStyle: settings.endpoint !== undefined,
          followRegionRedirects: true,
        });
      }),
    secrets: (region) =>
      kept(`secrets ${region}`, async () => {
        const { SecretsManagerClient } = await import('@aws-sdk/client-secrets-manager');
        return new SecretsManagerClient(common(region));
      }),
    parameters: (region) =>
      kept(`parameters ${region}`, async () => {
        const { SSMClient } = await import('@aws-sdk/client-ssm');
        return new SSMClient(common(region));
      }),
    keys: (region) =>
      kept(`keys ${region}`, async () => new (await import('@aws-sdk/client-kms')).KMSClient(common(region))),
    destroy() {
      for (const client of made.values()) void client.then((one) => one.destroy());
    },
  };
}
