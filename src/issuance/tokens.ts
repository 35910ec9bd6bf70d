import { hashOfToken, insertToken, newJoinToken } from '../attestation/index.ts';
import { MunimentError, newId, timestamp } from '../kernel/index.ts';
import type { Log, View } from '../store/index.ts';

/** The built-in trust that join tokens use unless told otherwise. */
export const AGENT_TRUST = 'muniment-agent-token';
export const TOKEN_TTL_SECONDS = 600;
const TOKEN_TTL_MAX_SECONDS = 7 * 86_400;
const AGENT_NAME = /^[a-z0-9][a-z0-9.-]{0,62}$/;

export interface TokenRequest {
  agentName: string;
  /** Declared name of a trust of method `token`. */
  trust?: string;
  ttlSeconds?: number;
  /** Who asks: a person's id, or `sys`. */
  actor: string;
}

export interface CreatedToken {
  id: string;
  /** Told once; its hash alone is kept. */
  token: string;
  deadline: string;
  entry: number;
}

export interface Tokens {
  /** Throws `invalid_name`, `bad_request`, `not_found`. */
  create(request: TokenRequest): Promise<CreatedToken>;
}

export const createTokens = ({ log }: { log: Log }): Tokens => ({
  async create({ agentName, trust: trustName = AGENT_TRUST, ttlSeconds = TOKEN_TTL_SECONDS, actor }) {
    if (!AGENT_NAME.test(agentName)) throw new MunimentError('invalid_name', 'agent name is not valid');
    if (!(Number.isSafeInteger(ttlSeconds) && ttlSeconds > 0 && ttlSeconds <= TOKEN_TTL_MAX_SECONDS)) {
      throw new MunimentError('bad_request', 'a join token lives from one second to seven days');
    }
    const id = newId('token');
    const token = newJoinToken();
    const { result, appended } = await log.commit<string>({
      decide(view, now) {
        const deadline = timestamp(new Date(now.getTime() + ttlSeconds * 1000));
        const data = { token: id, trust: tokenTrust(view, trustName), agentName, deadline };
        return { drafts: [{ kind: 'token.created', subject: id, actor, data }], result: deadline };
      },
      beside: (tx) => insertToken(tx, id, hashOfToken(token)),
    });
    return { id, token, deadline: result, entry: appended[0]?.index ?? -1 };
  },
});

function tokenTrust(view: View, name: string): string {
  const trust = view.named('trust', name);
  if (trust?.spec.method !== 'token')
    throw new MunimentError('not_found', `no trust \`${name}\` of method token`);
  return trust.id;
}
