import type { TokenCredential } from '@azure/identity';
import type { Opening } from '../../contract.ts';
import { asSourceError, SourceError } from '../../source-error.ts';
import type { EntraSettings } from './settings.ts';

/** A token is asked for again this long before it ends: one request lasts less. */
const RENEW_BEFORE_MS = 5 * 60 * 1000;

/** A token that is good now. Throws `SourceError`: `denied` where Entra does not accept what we sign in with. */
export type Tokens = () => Promise<string>;

/**
 * How we sign in: with a token that was handed to us, a certificate, a secret, or as the workload that we are (workload identity,
 * managed identity) where none of them is configured.
 */
export async function openTokens(settings: EntraSettings, opening: Opening): Promise<Tokens> {
  if (opening.hasSecret('access-token')) {
    const token = await opening.secret('access-token');
    return async () => token;
  }
  const credential = await credentialOf(settings, opening);
  return renewing(credential, `${new URL(settings.graphUrl).origin}/.default`, opening);
}

async function credentialOf(settings: EntraSettings, opening: Opening): Promise<TokenCredential> {
  const { ClientCertificateCredential, ClientSecretCredential, DefaultAzureCredential } = await import(
    '@azure/identity'
  );
  const { tenant, clientId, loginUrl: authorityHost } = settings;
  const names = (['certificate', 'client-secret'] as const).filter((name) => opening.hasSecret(name));
  if (names.length === 0) return new DefaultAzureCredential({ tenantId: tenant, authorityHost });
  if (clientId === undefined) throw new SourceError('failed', '`clientId` is needed with a secret');
  if (names[0] === 'certificate')
    return new ClientCertificateCredential(
      tenant,
      clientId,
      { certificate: await opening.secret('certificate') },
      { authorityHost },
    );
  return new ClientSecretCredential(tenant, clientId, await opening.secret('client-secret'), {
    authorityHost,
  });
}

/** Renewed shortly before its end: a sweep of a large tenant lasts longer than a token. */
export function renewing(
  credential: TokenCredential,
  scope: string,
  { signal, now }: Pick<Opening, 'signal' | 'now'>,
): Tokens {
  let held: { token: string; expiresOnTimestamp: number } | null = null;
  return async () => {
    if (held !== null && held.expiresOnTimestamp - RENEW_BEFORE_MS > now().getTime()) return held.token;
    try {
      held = await credential.getToken(scope, { abortSignal: signal });
    } catch (error) {
      throw signInError(error, signal);
    }
    if (held === null) throw new SourceError('denied', 'no token was given');
    return held.token;
  };
}

/** The identity SDK puts every way that failed into one error; what Entra wrote in it stays out of ours. */
function signInError(error: unknown, signal: AbortSignal): SourceError {
  if (signal.aborted) return new SourceError('cancelled', 'cancelled');
  const name = (error as { name?: unknown } | null)?.name;
  if (name === 'CredentialUnavailableError' || name === 'AggregateAuthenticationError')
    return new SourceError('denied', 'there is nothing here to sign in with');
  if (name === 'AuthenticationError' || name === 'AuthenticationRequiredError')
    return new SourceError('denied', 'the sign-in was refused');
  return asSourceError(error);
}
