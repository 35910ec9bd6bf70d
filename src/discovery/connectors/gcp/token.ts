import type { GoogleAuthOptions } from 'google-auth-library';
import type { Opening } from '../../contract.ts';
import { asSourceError, SourceError } from '../../source-error.ts';

/** The IAM API takes no smaller scope; what may be done is bounded by the roles alone. */
const SCOPES = ['https://www.googleapis.com/auth/cloud-platform'];
/** What Google's token service answers where it does not accept what we sign in with. */
const REFUSALS = new Set([400, 401, 403]);

/** A token that is good now. Throws `SourceError`. */
export type Tokens = () => Promise<string>;

interface Auth {
  getAccessToken(): Promise<string | null | undefined>;
}

/** How we sign in: with a token that was handed to us, with credentials, or as the workload that we are. */
export async function openTokens(opening: Opening): Promise<Tokens> {
  if (opening.hasSecret('access-token')) {
    const token = await opening.secret('access-token');
    return async () => token;
  }
  const { GoogleAuth } = await import('google-auth-library');
  const credentials = opening.hasSecret('credentials')
    ? { credentials: credentialsIn(await opening.secret('credentials')) }
    : {};
  return tokensOf(new GoogleAuth({ scopes: SCOPES, ...credentials }));
}

function credentialsIn(text: string): NonNullable<GoogleAuthOptions['credentials']> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null) return value;
  } catch {
    // Told below: what the parser says would quote the secret.
  }
  throw new SourceError('failed', '`credentials` is not the JSON of a key or a federation');
}

/** The library keeps a token until shortly before its end. What Google wrote into an error stays out of ours. */
export function tokensOf(auth: Auth): Tokens {
  return async () => {
    let token: string | null | undefined;
    try {
      token = await auth.getAccessToken();
    } catch (error) {
      throw signInError(error);
    }
    if (!token) throw new SourceError('denied', 'no token was given');
    return token;
  };
}

function signInError(error: unknown): SourceError {
  const response = (error as { response?: { status?: unknown } } | null)?.response;
  if (REFUSALS.has(Number(response?.status))) return new SourceError('denied', 'the sign-in was refused');
  const told = asSourceError(error);
  // The library has no word of its own for it: it found neither a file nor a metadata server.
  return told.message === 'failed'
    ? new SourceError('denied', 'there is nothing here to sign in with')
    : told;
}
