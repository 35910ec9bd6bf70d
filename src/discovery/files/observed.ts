import type { DeniedRange, ObservedValue } from '#verifier';
import type { Fault, ObservedClass } from '../contract.ts';

/** A value that names a person; it is committed before anything is kept. */
export interface Personal {
  personal: string;
}

/** One thing that a listing of the host saw. Attributes never hold a secret's value. */
export interface HostObserved {
  class: ObservedClass;
  naturalId: string;
  label: string | Personal;
  attributes: Record<string, Exclude<ObservedValue, object> | Array<string | number> | Personal>;
}

/** One listing, read to its end or not. */
export interface HostPage {
  listing: string;
  items: HostObserved[];
  calls: number;
  denied: DeniedRange[];
  errors: Fault[];
}

export interface HostContext {
  /** HMAC-SHA-256 under a key of this installation, hex. */
  fingerprint(secret: string): string;
  /** The key under which another thing of this host is recorded. */
  reference(observed: ObservedClass, naturalId: string): string;
  now(): Date;
}
