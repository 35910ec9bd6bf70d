import type { Role } from '#verifier';
import type { Route } from './contract/index.ts';

/** Where a request came in: the loopback console, TLS, the admin socket, or plain http for `/pki`. */
export type DoorKind = 'console' | 'tls' | 'socket' | 'pki';

/** What the listener knows about the peer; the listener alone fills it in. */
export interface Door {
  kind: DoorKind;
  /** Remote address; null on the socket. */
  address: string | null;
  /** DER of the client certificate that TLS proved possession of; null where none was shown. */
  certificate: Uint8Array | null;
  /** The peer's uid by SO_PEERCRED; socket only. */
  uid: number | null;
}

/** Who is asking, as far as this server proved it. */
export type Caller =
  | { kind: 'none' }
  | { kind: 'person'; person: string; roles: Role[]; session: SessionHandle }
  /** A sign-in token of a house that has no people yet. */
  | { kind: 'bootstrap'; session: SessionHandle }
  /** The local operator; `person` where exactly one person declares this uid. */
  | { kind: 'socket'; uid: number; person: string | null }
  | { kind: 'agent'; agent: string; instance: string; credential: number };

export interface SessionHandle {
  id: string;
  /** Cookies need a CSRF token; a bearer header cannot be sent by another site. */
  carrier: 'cookie' | 'bearer';
  csrf: string;
  /** RFC 3339: the earlier of the idle and the absolute end. */
  ends: string;
}

export interface Env {
  Bindings: Door;
  Variables: { caller: Caller; requestId: string; route: Route | undefined };
}

/** The actor that entries name for a caller. */
export function actorOf(caller: Caller): string {
  switch (caller.kind) {
    case 'person':
      return caller.person;
    case 'socket':
      return caller.person ?? 'sys';
    case 'agent':
      return caller.agent;
    default:
      return 'sys';
  }
}
