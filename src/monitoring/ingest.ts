import { createPublicKey, verify } from 'node:crypto';
import { type EventBatch, eventsMessage, type UseRecord } from '#verifier';
import { approvalKeyId, isId, MunimentError } from '../kernel/index.ts';
import type { Log, Receipt, View } from '../store/index.ts';
import { useBatch } from './queries.ts';

export const EVENTS_MAX = 1_000;
/** A source's clock may be ahead of ours by this much. */
const AHEAD_MAX_MS = 5 * 60_000;

/** Who may tell us of events, from the settings. */
export interface EventSource {
  name: string;
  /** Ed25519, SPKI, DER, base64url. */
  publicKey: string;
}

export type SignedBatch = EventBatch & {
  /** Ed25519 (RFC 8032) over `eventsMessage`, base64url. */
  signature: string;
};

const refuse = (): never => {
  throw new MunimentError('invalid_signature', 'the batch is not signed by a source that we know');
};

/** One answer for an unknown source and a wrong signature: nobody learns which sources there are. */
function checkSignature(sources: readonly EventSource[], batch: SignedBatch): string {
  const source = sources.find(({ name }) => name === batch.source);
  if (source === undefined) return refuse();
  const spki = Buffer.from(source.publicKey, 'base64url');
  const key = createPublicKey({ key: spki, format: 'der', type: 'spki' });
  const signature = Buffer.from(batch.signature, 'base64url');
  const holds = key.asymmetricKeyType === 'ed25519' && verify(null, eventsMessage(batch), key, signature);
  return holds ? approvalKeyId(source.publicKey) : refuse();
}

/** Throws `not_found` for an identity that is none of ours, `invalid_time` for a use that is still to come. */
function checkEvent(view: View, event: UseRecord, now: Date): void {
  const { identity, instance, at } = event;
  if (identity !== null && !view.rows('identity').has(identity))
    throw new MunimentError('not_found', 'an event names an identity that is not declared');
  if (instance !== null && !isId('instance', instance))
    throw new MunimentError('bad_request', 'an event names no valid instance');
  if (Date.parse(at) > now.getTime() + AHEAD_MAX_MS)
    throw new MunimentError('invalid_time', 'an event lies in the future');
}

/**
 * Takes in what a source tells, as one entry that carries the source's own signature.
 * @throws MunimentError `invalid_signature`, `not_found`, `invalid_time`, `bad_request`; `conflict` for a batch that was told before
 */
export async function ingest(
  log: Log,
  sources: readonly EventSource[],
  signed: SignedBatch,
): Promise<{ entry: number; receipt: Receipt }> {
  const { source, batch, events, signature } = signed;
  if (events.length === 0 || events.length > EVENTS_MAX)
    throw new MunimentError('bad_request', `a batch holds 1 to ${EVENTS_MAX} events`);
  const keyId = checkSignature(sources, signed);
  const data = { source, batch, drill: null, events, signature: { keyId, signature } };
  const { appended, receipt } = await log.commit({
    decide(view, now) {
      for (const event of events) checkEvent(view, event, now);
      return { drafts: [{ kind: 'events.ingested', subject: '', actor: keyId, data }], result: undefined };
    },
    async consume(tx) {
      if (!(await useBatch(tx, source, batch)))
        throw new MunimentError('conflict', 'this batch was told before');
    },
  });
  return { entry: appended[0]?.index ?? -1, receipt: receipt(0) };
}
