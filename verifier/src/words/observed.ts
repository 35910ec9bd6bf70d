import type { Commitment } from './resources.ts';

export type ObservedValue = string | number | boolean | null | Commitment | Array<string | number>;

/** A moment, RFC 3339 in UTC. */
type Moment = string;

/**
 * What every connector calls the same. An attribute that is ABSENT cannot be told by the source (a control is then NOT_EVALUABLE
 * for that thing); `null` is the source telling that there is none: never used, never ends. Other attributes are the source's own.
 */
export interface StandardAttributes {
  /** Provider and sort, e.g. `aws-iam-user`, `github-deploy-key`. */
  kind: string;
  /** Key of the identity that this credential, permission or trust belongs to. */
  holder?: string | null;
  /** False where it is disabled, suspended, inactive. */
  enabled?: boolean;
  created?: Moment | null;
  /** When its secret was last replaced. */
  rotated?: Moment | null;
  /** Earliest moment at which its content can have been replaced, where nothing better is known. */
  modified?: Moment | null;
  /** null: never. */
  lastUsed?: Moment | null;
  /** Since when uses would have been seen, where the source keeps no longer memory. */
  usesKnownSince?: Moment;
  /** Address, place or service of the last use. */
  lastUsedFrom?: string | Commitment | null;
  /** null: never ends. */
  expires?: Moment | null;
  /** SHA-256 of public key material (`SHA256:…`), or the keyed fingerprint of a secret's value. */
  fingerprint?: string | null;
  /** What the source says of whose it is, and how it says it: `tag`, `sponsor`, `creator`, `code-owners`, `terraform`, `git`, `directory`. */
  owner?: string | Commitment | null;
  ownerFrom?: string;
  /** As the source or its log tells it. */
  createdBy?: string | Commitment | null;
  /** Id of the provider's own record of the making of this credential or identity, and what that record is, e.g. `cloudtrail`. */
  creationEvent?: string;
  creationSource?: string;
  /** `production` and the like, from a tag, a folder, a name of an account. */
  environment?: string;
  /** True where it can act as administrator; `path` says by what, e.g. `policy AdministratorAccess`. */
  administrator?: boolean;
  path?: string;
  /** Of a permission: each right as `action on resource`, in the source's own words, at most `GRANTS_MAX` in one observation. */
  grants?: string[];
  /** Of a permission or identity: environments and kinds of data it reaches, e.g. `production`, `personal-data`. */
  reaches?: string[];
  /** Of a trust: who is believed, about whom, for what audience, under which conditions. */
  issuer?: string;
  subject?: string;
  audience?: string;
  conditions?: string;
  /** Of an exposure, and where a credential is stored or used: file, line, state, environment, secret store path. */
  location?: string;
  /** Of a credential: where it was seen to be used or referenced. */
  usedAt?: string[];
}

/** Rights in one observation of class permission; further ones are a further observation (`…/2`). */
export const GRANTS_MAX = 500;

/** Where fields of an observation came from: the page (by the digest of its committed form) and the operation that gave it. */
export interface Provenance {
  listing: string;
  operation: string;
  /** SHA-256 of the committed page, hex. */
  document: string;
  fields: string[];
}
