import { base64url, fromBase64url, utf8 } from './bytes.ts';
import { canonicalize } from './canonical.ts';
import { isEd25519Spki, verifyEd25519 } from './ed25519.ts';
import { sha256, sha256Hex } from './hash.ts';
import { verifyAssertion } from './webauthn.ts';
import type { ApprovalKey, ApprovalSignature, Plan } from './words/index.ts';

/** Tells a plan's digest and an approval from anything else that the same key or hash may be used for. */
const PLAN_DOMAIN = 'muniment plan v1\n';
const APPROVE_DOMAIN = 'muniment approve v1\n';
const SPKI_PREFIX_BYTES = 12;

/** SHA-256 over `muniment plan v1`, LF and the plan's canonical JSON; hex. */
export const planDigest = (plan: Plan): string => sha256Hex(PLAN_DOMAIN + canonicalize(plan));

/** What an approver signs: `muniment approve v1`, LF, the digest in hex, LF. */
export const approvalMessage = (digest: string): Uint8Array => utf8(`${APPROVE_DOMAIN}${digest}\n`);

/** A passkey signs this as its challenge: base64url of SHA-256 over the message. */
export const approvalChallenge = (digest: string): string => base64url(sha256(approvalMessage(digest)));

/**
 * True where `signature` is by `key` over this plan's digest. Checks mathematics alone: whose key it is, and whether it
 * may approve, follows from the entries. A malformed key or signature is false, never an exception.
 */
export async function verifyApproval(
  signature: ApprovalSignature,
  key: ApprovalKey,
  digest: string,
): Promise<boolean> {
  if (signature.keyId !== key.id || signature.type !== key.type) return false;
  try {
    const spki = fromBase64url(key.publicKey);
    if (signature.type === 'passkey') {
      return await verifyAssertion(signature, { spki, rpId: key.rpId }, approvalChallenge(digest));
    }
    if (!isEd25519Spki(spki)) return false;
    const raw = spki.slice(SPKI_PREFIX_BYTES);
    return await verifyEd25519(raw, approvalMessage(digest), fromBase64url(signature.signature));
  } catch {
    return false;
  }
}
