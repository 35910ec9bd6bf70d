import { newId } from '../kernel/index.ts';
import type { Authority } from './ca.ts';
import type { Caller } from './caller.ts';
import { type Order, readOrder } from './order.ts';

const AUDIENCE = 'canary';

/** A caller about whom nothing at all was proven: no trust can be met by it, since each asks for a fact. */
export const canaryCaller = (): Caller => ({
  attestation: { method: 'unix', facts: {} },
  agent: null,
  agentId: null,
  instance: null,
  actor: 'sys',
  dead: () => undefined,
  stillHolds: () => undefined,
});

/** What it asks for; marked, so that a record of its refusal can be told from an attack, and a grant from anything else. */
export async function canaryOrder(authority: Authority): Promise<Order> {
  const request = { action: 'issue-jwt-svid', door: 'canary', address: null, audience: [AUDIENCE] } as const;
  const order = await readOrder(authority, {
    ...request,
    audience: [...request.audience],
    certificate: new Uint8Array(),
    instance: newId('instance'),
    attested: {},
    claimed: {},
  });
  return { ...order, claimed: { canary: true } };
}
