import type { z } from 'zod';
import type { Commitment, DeniedRange, ObservedValue, StandardAttributes } from '#verifier';
import type { Marks } from './marks.ts';

/**
 * What a source is to the house. A connector reads pages of raw items (`Session.read`); the house commits each item by its
 * listing's `shape` (secrets and names of persons never get past that), keeps the committed page under its digest, and runs the
 * listing's `map` on the committed items alone: so whoever holds the pages can run the mapping again and get the same things.
 *
 * Adding a source is one folder below `connectors/` whose `connector.ts` exports `source` (`defineSource`).
 */
export type ObservedClass = 'identity' | 'credential' | 'permission' | 'trust' | 'exposure';

/** `undefined` is as good as absent. */
export type GivenAttributes = Pick<StandardAttributes, 'kind'> & {
  [Name in Exclude<keyof StandardAttributes, 'kind'>]?: StandardAttributes[Name] | undefined;
} & Record<string, ObservedValue | undefined>;

/** One thing that was seen. Two of one class and natural id in one partition are one thing: their attributes are put together. */
export interface Observed {
  class: ObservedClass;
  /** What makes it the same thing in the next sweep: unique within source, partition and class, e.g. `user/payments`. */
  naturalId: string;
  /** For people; longer than `LABEL_MAX_CHARACTERS` is cut. */
  label: string | Commitment;
  attributes: GivenAttributes;
  /**
   * Names by which another source may know the very same thing, e.g. `ssh:SHA256:…`, `spki:sha256:…`, `aws:arn:…`. Things that
   * share one are joined. See `joins.ts` for the forms.
   */
  joins?: string[];
}

/** One operation that a connector may call. It may call no other: a test watches. */
export interface Operation {
  /** As the provider calls it, e.g. `iam:ListUsers`, `GET /orgs/{org}/installations`. */
  name: string;
  /** The least right that allows it, as the provider calls it. */
  privilege: string;
  /** Why it is a read, where its name or its method do not say so. */
  note?: string;
}

export interface Mapping {
  /** Name of the configured source, e.g. `aws-production`. */
  source: string;
  partition: string;
  /** Key of a thing of this source and partition (or of another partition of it): what `holder` and other references hold. */
  key(observed: ObservedClass, naturalId: string, partition?: string): string;
}

/** What is read as one list. */
export interface Listing {
  listing: string;
  /** For people: what it tells. */
  about: string;
  /** Names of the operations that reading it takes. */
  operations: string[];
  /** Listings that must have been read whole for this one to be whole, e.g. `access-keys` rests on `users`. */
  restsOn?: string[];
  /** What passes by and is not a state (an audit log): what a later sweep no longer shows is not gone. */
  events?: boolean;
  /** How an item looks, and which of its fields are what. Fields that it does not name are hidden. */
  shape(marks: Marks): z.ZodType;
  /** Pure. What one committed item tells. */
  map(item: never, mapping: Mapping): Observed[];
}

/** Gives `map` the type of what `shape` commits to. */
export function defineListing<Shape extends z.ZodType>(
  listing: Omit<Listing, 'shape' | 'map'> & {
    shape(marks: Marks): Shape;
    map(item: z.output<Shape>, mapping: Mapping): Observed[];
  },
): Listing {
  return listing as Listing;
}

export interface Fault {
  what: string;
  why: string;
}

/** One page as the provider answered it. */
export interface RawPage {
  /** The operation that it came from. */
  operation: string;
  /** What was asked: never a secret. */
  request: Record<string, string | number | boolean | null>;
  items: unknown[];
  /** Reads made for this page, tries that failed too; 1 where absent. */
  calls?: number;
  /** True on the page that ends the listing, by the provider's own mark. */
  end: boolean;
  /** The provider's own count of the whole listing. */
  providerCount?: number;
  /** The provider's clock when it answered. */
  providerTime?: Date;
  /** What was refused, e.g. one user's keys. The rest of the page stands. */
  denied?: DeniedRange[];
  errors?: Fault[];
}

/** What is swept as one and gets a completeness record of its own: an account and region, an organisation, a cluster, a database. */
export interface Partition {
  partition: string;
  /** For each listing where it looks; also says which listings there are here. */
  scope: Record<string, string[]>;
  /** Listings that are known to be out of reach, and why: denied ranges. */
  denied?: Record<string, string>;
}

/** An open source. Errors are thrown as `SourceError`; anything else that is thrown is an error of that listing too. */
export interface Session {
  /** Everything that will be read, declared before it is. */
  partitions(): Promise<Partition[]>;
  read(partition: Partition, listing: string): AsyncIterable<RawPage>;
  close(): Promise<void>;
}

export interface Opening {
  /** Name of the configured source. */
  source: string;
  /** Under this installation's key, hex: the same for the same secret in every source, and it gives nothing away. */
  fingerprint(secret: string): string;
  /** The same for names, per source: for natural ids that would name a person. */
  conceal(text: string): string;
  /** A configured secret. Throws `SourceError` where there is none. */
  secret(name: string): Promise<string>;
  /** Whether it was configured. */
  hasSecret(name: string): boolean;
  /** Ends with the sweep. Hand it to every call. */
  signal: AbortSignal;
  limits: SourceLimits;
  now(): Date;
}

/** How patient a sweep is with a provider. */
export interface SourceLimits {
  /** One request, its body included. */
  requestMilliseconds: number;
  /** Of one request, the first included. */
  tries: number;
  /** First pause before a retry; doubled each time, with jitter. */
  backoffMilliseconds: number;
  /** Longest pause that a provider may ask for by `Retry-After`; beyond it the listing fails. */
  retryAfterMaxMilliseconds: number;
  /** Of one answer. */
  bodyMaxBytes: number;
  /** Of one listing. */
  pagesMax: number;
}

export interface SecretSetting {
  about: string;
  optional?: boolean;
}

export interface SourceType<Settings = unknown> {
  /** One word, the folder's name. */
  type: string;
  /** Raised when what is seen, or how it is mapped, changes. */
  version: number;
  /** For people, e.g. `Amazon Web Services`. */
  title: string;
  /** Unknown keys are refused: `z.strictObject`. Never a secret. */
  settings: z.ZodType<Settings>;
  secrets: Record<string, SecretSetting>;
  /**
   * Settings that name files or folders of the server's own host. Whoever may name one has the server read there and tell of it, so
   * they are taken from somebody on that host alone.
   */
  hostSettings?: readonly string[];
  operations: Operation[];
  listings: Listing[];
  /** Makes no call that changes anything, and may make none at all. */
  open(settings: Settings, opening: Opening): Promise<Session>;
}

export const defineSource = <Settings>(source: SourceType<Settings>): SourceType<Settings> => source;
