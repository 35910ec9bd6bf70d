import { type Clock, inThisTrace, MunimentError, traced } from '../kernel/index.ts';
import type { Committed, Database, Decided, Log, View } from '../store/index.ts';
import { attestCaller, type CallerSources } from './attest.ts';
import type { Authority } from './ca.ts';
import type { Caller } from './caller.ts';
import { canaryCaller, canaryOrder } from './canary.ts';
import { findIdentities } from './candidates.ts';
import { clientSources } from './client.ts';
import { draftOf, joinedDraft, type Matter, noIdentity, type Ruling, rule } from './decision.ts';
import type { Grant, IssuanceRequest, Issued, Refusal } from './model.ts';
import { type Order, readOrder } from './order.ts';
import { everHeld } from './queries.ts';
import { signCredential } from './sign.ts';
import { ownerHasLeft } from './standing.ts';

export interface IssuanceOptions {
  database: Database;
  log: Log;
  authority: Authority;
  clock: Clock;
}

export interface Issuance {
  /**
   * Attests, decides, records and signs. Refusals are part of the answer and each is an entry; thrown are only faults of
   * the request itself (`bad_request`, `invalid_csr`), proofs that do not hold (`join_refused`, `attestation_refused`),
   * and `storage_unavailable`.
   */
  issue(request: IssuanceRequest): Promise<Issued>;
  /**
   * Plants a request that is known to be wrong and sends it the way of every other, from decision to entry. Nothing is signed
   * whatever comes of it. Answers with the entry, and whether it was refused as it must be.
   */
  plantCanary(): Promise<{ entry: number; refused: boolean }>;
}

export function createIssuance({ database, log, authority, clock }: IssuanceOptions): Issuance {
  const sources: CallerSources = {
    ...clientSources({ database, log, authority }),
    issuerKeys: async () => (await authority.publishedFor('control')).map((ca) => ca.issuer.signer.publicKey),
  };
  const settle = async (caller: Caller, order: Order) => {
    const asked = { caller, order, trustDomain: authority.trustDomain };
    const heldBefore = await holdersAmong(database, await log.view(), asked, clock.now());
    const matter: Matter = { ...asked, heldBefore };
    const recorded = await traced('commit', () =>
      log.commit<Ruling[]>({
        decide: inThisTrace((view: View, now: Date) =>
          traced('decide', () => record(matter, decideAll(view, now, matter))),
        ),
        ...(caller.consume && {
          consume: async (tx, { result }) => {
            const granted = result.some(({ credential }) => credential);
            await caller.consume?.(tx, clock.now(), granted);
          },
        }),
      }),
    );
    return { matter, recorded };
  };
  return {
    async issue(request) {
      const order = await readOrder(authority, request);
      const caller = await traced('attest', () => attestCaller(sources, request, clock.now()));
      const { matter, recorded } = await settle(caller, order);
      return traced('sign', () => handBack(authority, matter, recorded));
    },
    async plantCanary() {
      const { recorded } = await settle(canaryCaller(), await canaryOrder(authority));
      const refused = recorded.result.every(({ credential }) => credential === null);
      return { entry: recorded.appended[0]?.index ?? -1, refused };
    },
  };
}

function decideAll(view: View, now: Date, matter: Matter): Ruling[] {
  matter.caller.stillHolds(now);
  const candidates = findIdentities(view, matter.caller, matter.trustDomain);
  if (matter.order.type === 'access-token' && candidates.length > 1)
    throw new MunimentError('bad_request', 'several identities trust this proof: name one by `client_id`');
  return candidates.length === 0 ? [noIdentity(view)] : candidates.map((one) => rule(view, now, matter, one));
}

/** One entry for each ruling, in order; a join that is granted is told first. */
function record(matter: Matter, rulings: Ruling[]): Decided<Ruling[]> {
  const joined = matter.order.action === 'join' && rulings.some(({ credential }) => credential);
  const drafts = rulings.map((ruling) => draftOf(matter, ruling));
  return { drafts: joined ? [joinedDraft(matter), ...drafts] : drafts, result: rulings };
}

async function holdersAmong(
  { db }: Database,
  view: View,
  { caller, trustDomain }: Omit<Matter, 'heldBefore'>,
  now: Date,
): Promise<ReadonlySet<string>> {
  const ownerless = findIdentities(view, caller, trustDomain).filter(({ identity }) =>
    ownerHasLeft(view, identity, now),
  );
  const held = await Promise.all(
    ownerless.map(async ({ identity: { id } }) => ((await everHeld(db, id)) ? [id] : [])),
  );
  return new Set(held.flat());
}

async function handBack(
  authority: Authority,
  matter: Matter,
  recorded: Committed<Ruling[]>,
): Promise<Issued> {
  const { caller, order } = matter;
  const first = recorded.appended.length - recorded.result.length;
  const granted: Grant[] = [];
  const refused: Refusal[] = [];
  for (const [position, ruling] of recorded.result.entries()) {
    const at = first + position;
    if (ruling.credential) granted.push(await grantOf(authority, matter, ruling, recorded, at));
    else refused.push(refusalOf(ruling, recorded, at));
  }
  const known = caller.agent !== null || granted.length > 0;
  return {
    request: order.request,
    agent: known ? caller.agentId : null,
    instance: known ? caller.instance : null,
    granted,
    refused,
  };
}

async function grantOf(
  authority: Authority,
  { order }: Matter,
  { candidate, credential }: Ruling,
  recorded: Committed<Ruling[]>,
  position: number,
): Promise<Grant> {
  const entry = recorded.appended[position];
  if (!entry || !candidate || !credential) throw new MunimentError('internal', 'a grant without its entry');
  const { type, subject, notAfter, ttlSeconds, shortened } = credential;
  return {
    entry: entry.index,
    identity: candidate.identity.id,
    hint: String(candidate.identity.name),
    spiffeId: subject,
    type,
    ...(credential.scope === undefined ? {} : { scope: credential.scope }),
    ...(await signCredential(authority, order, credential, entry)),
    notAfter,
    ttlSeconds,
    shortened,
    receipt: recorded.receipt(position),
  };
}

const refusalOf = (
  { candidate, code, withheld, decision }: Ruling,
  recorded: Committed<unknown>,
  position: number,
): Refusal => ({
  entry: recorded.appended[position]?.index ?? -1,
  identity: candidate?.identity.id ?? null,
  code: code ?? 'policy_denied',
  ...(withheld === undefined ? {} : { withheld }),
  reason: decision.reason,
  receipt: recorded.receipt(position),
});
