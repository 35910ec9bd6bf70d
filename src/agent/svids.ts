import { generateKeyPairSync } from 'node:crypto';
import { createCsr, encodePem } from '../crypto/index.ts';
import { type Clock, isMunimentError, MunimentError, parseSpiffeId } from '../kernel/index.ts';
import type { Attestation } from './attest-unix.ts';
import { Budget, USER_RATE } from './budget.ts';
import { type HeldCredential, type Holding, type Holdings, holdingKey, originOf } from './cache.ts';
import { type IssuedItem, type IssueRequest, isDenial, type Upstream, waitAskedBy } from './model.ts';

const ASK_AGAIN_MIN_MILLISECONDS = 1000;
/** Renewal falls on a random point of this part of the lifetime, so that what was issued together is not renewed together. */
const RENEW_PART_MIN = 0.45;
const RENEW_PART_MAX = 0.55;
/** How often a grant that a lock overtook on its way is asked for anew before the caller is told to come back. */
const OVERTAKEN_MAX = 3;
const HINT_MAX_BYTES = 1024;
const BARRED_MAX = 10_000;

export interface Obtained {
  holding: Holding;
  /** False where it came from the cache: such a delivery is reported. */
  granted: boolean;
}

export interface Svids {
  /** Throws `Refused` where the server says no, `server_unreachable` where it is silent and nothing held is still good. */
  obtain(attestation: Attestation, audience?: string[]): Promise<Obtained>;
  /** Whatever is on its way was decided before this moment and must not be handed out. */
  overtake(): void;
  /** This process gets nothing from the cache, where another's credential might be, until the server grants to it again. */
  bar(instance: string): void;
}

export interface SvidsOptions {
  upstream: Pick<Upstream, 'issue'>;
  holdings: Holdings;
  clock: Clock;
  /** Questions a second that one user of this host may make us ask the server; 20 where absent. */
  userRate?: number;
  /** False while a lock could be placed without our hearing of it: then the server is asked first, and what is held only helps if it is silent. */
  listening?: () => boolean;
  onIssued?: (items: IssuedItem[]) => void;
}

/** Hands out what is held while its decision stands, and asks the server otherwise. Needs an attestation made just now. */
export function createSvids(options: SvidsOptions): Svids {
  const { upstream, holdings, clock, userRate = USER_RATE, listening = () => true, onIssued } = options;
  const asking = new Map<string, Promise<Holding>>();
  const barred = new Set<string>();
  const budget = new Budget(userRate);
  let generation = 0;
  let quietUntil = 0;

  /** While the server asked to be left alone, no workload of this host asks it anything: what is held goes on. */
  async function issue(request: IssueRequest): Promise<IssuedItem[]> {
    if (clock.now().getTime() < quietUntil)
      throw new MunimentError('server_unreachable', 'the server asked to be left alone for a moment');
    try {
      return await upstream.issue(request);
    } catch (error) {
      quietUntil = Math.max(quietUntil, clock.now().getTime() + waitAskedBy(error));
      throw error;
    }
  }

  async function ask(key: string, request: Holding['request']): Promise<Holding> {
    if (!budget.take(Number(request.attested.uid), clock.now().getTime())) {
      throw new MunimentError('server_unreachable', 'one user asks for too much at once');
    }
    for (let attempt = 0; attempt < OVERTAKEN_MAX; attempt += 1) {
      const before = generation;
      const { csr, privateKey } = request.action === 'issue-x509-svid' ? newKey() : NO_KEY;
      const items = await issue(csr === undefined ? request : { ...request, csr });
      onIssued?.(items);
      if (before !== generation) continue;
      const holding = toHolding(key, request, items, privateKey, clock.now().getTime());
      holdings.put(holding);
      return holding;
    }
    throw new MunimentError('server_unreachable', 'what decisions rest on keeps changing');
  }

  function askOnce(key: string, request: Holding['request']): Promise<Holding> {
    const running = asking.get(key);
    if (running) return running;
    const started = ask(key, request).finally(() => {
      if (asking.get(key) === started) asking.delete(key);
    });
    asking.set(key, started);
    return started;
  }

  async function askBarred(key: string, request: Holding['request']): Promise<Holding> {
    const holding = await ask(key, request);
    barred.delete(request.instance);
    return holding;
  }

  return {
    overtake() {
      generation += 1;
      asking.clear();
    },
    bar(instance) {
      if (barred.size >= BARRED_MAX) barred.delete(barred.values().next().value as string);
      barred.add(instance);
    },
    async obtain({ facts, instance }, audience) {
      const request = requestFor(facts, instance, audience);
      const key = holdingKey(request);
      if (barred.has(instance)) return { holding: await askBarred(key, request), granted: true };
      const held = holdings.get(key, clock.now().getTime());
      if (held && listening() && clock.now().getTime() < held.renewAt)
        return { holding: held, granted: false };
      const shared = asking.has(key);
      try {
        return { holding: await askOnce(key, request), granted: !shared };
      } catch (error) {
        if (isDenial(error)) holdings.drop(key);
        const still = isUnreachable(error) && holdings.get(key, clock.now().getTime());
        if (!still) throw error;
        return { holding: still, granted: false };
      }
    },
  };
}

const isUnreachable = (error: unknown): boolean =>
  isMunimentError(error) && error.code === 'server_unreachable';

function requestFor(
  attested: Attestation['facts'],
  instance: string,
  audience: string[] | undefined,
): Holding['request'] {
  const common = { instance, attested, claimed: {} };
  if (audience === undefined) return { action: 'issue-x509-svid', ...common };
  return { action: 'issue-jwt-svid', ...common, audience: [...new Set(audience)].sort() };
}

const NO_KEY = { csr: undefined, privateKey: Buffer.alloc(0) };

/** A key pair of its own for every certificate; it never leaves this process but to its holder. */
function newKey(): { csr: string; privateKey: Buffer } {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return {
    csr: encodePem(createCsr(privateKey), 'CERTIFICATE REQUEST'),
    privateKey: privateKey.export({ format: 'der', type: 'pkcs8' }),
  };
}

function toHolding(
  key: string,
  request: Holding['request'],
  items: IssuedItem[],
  privateKey: Buffer,
  now: number,
): Holding {
  const credentials = withUniqueHints(items.map((item) => toCredential(item, request.instance)));
  const endsAt = Math.min(...credentials.map(({ notAfter }) => notAfter));
  if (credentials.length === 0 || !(endsAt > now)) {
    throw new MunimentError('server_unreachable', 'the server answered with nothing that is good now');
  }
  const part = RENEW_PART_MIN + Math.random() * (RENEW_PART_MAX - RENEW_PART_MIN);
  const renewAt = Math.max(now + ASK_AGAIN_MIN_MILLISECONDS, now + (endsAt - now) * part);
  return { key, request, credentials, privateKey, renewAt, endsAt };
}

function toCredential(item: IssuedItem, instance: string): HeldCredential {
  return {
    entry: item.entry,
    instance,
    spiffeId: parseSpiffeId(item.spiffeId).uri,
    hint: item.hint !== undefined && Buffer.byteLength(item.hint) <= HINT_MAX_BYTES ? item.hint : '',
    chain: (item.certificate ?? []).map((der) => Buffer.from(der, 'base64')),
    jwt: item.jwt ?? '',
    notAfter: Date.parse(item.notAfter),
    origin: originOf(item),
  };
}

/** The first of several alike keeps its hint (Workload API, 5.2.1): a client picks the first anyway. */
function withUniqueHints(credentials: HeldCredential[]): HeldCredential[] {
  const taken = new Set(['']);
  return credentials.map((credential) => {
    if (!taken.has(credential.hint)) {
      taken.add(credential.hint);
      return credential;
    }
    return { ...credential, hint: '' };
  });
}
