import type { DeniedRange, ObservedValue } from '#verifier';

export type ObservedClass = 'identity' | 'credential' | 'permission' | 'trust' | 'exposure';

/** A value that names a person; it is committed before it is written, so it can be erased. */
export interface Personal {
  personal: string;
}

/** One thing that a connector saw. Attributes never hold a secret's value. */
export interface Observed {
  class: ObservedClass;
  /** What makes it the same thing in the next sweep: unique within source and class, e.g. `account/payments`. */
  naturalId: string;
  label: string | Personal;
  attributes: Record<string, Exclude<ObservedValue, object> | Array<string | number> | Personal>;
}

/**
 * One listing, read to its end or not. What a page saw stands; what a listing with `denied` or `errors` did not see is
 * not thereby gone.
 */
export interface Page {
  /** The listing that this page belongs to, e.g. `accounts`: completeness is kept per listing. */
  listing: string;
  items: Observed[];
  /** Reads made for this page. */
  calls: number;
  denied: DeniedRange[];
  errors: Array<{ what: string; why: string }>;
  /** True on the page that ends the listing. */
  end: boolean;
  /** The source's own count of what is listed, where it has one. */
  providerCount?: number;
}

export interface ConnectorContext {
  /** HMAC-SHA-256 under a key of this installation, hex: tells two secrets apart and gives neither away. */
  fingerprint(secret: string): string;
  /** The key under which another thing of this source is recorded: joins two observations and names nobody. */
  reference(observed: ObservedClass, naturalId: string): string;
  now(): Date;
}

export interface Connector {
  /** `host`, and later one word per source. */
  source: string;
  /** Name and version of the code that looked. */
  connector: string;
  /** What is swept as one: the host, an account, a cluster. */
  partition: string;
  /** Declared before anything is read: every listing and where it looks. */
  scope: Array<{ listing: string; where: string[] }>;
  pages(context: ConnectorContext): AsyncIterable<Page>;
}
