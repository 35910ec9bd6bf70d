import type { HostObserved, Personal } from './observed.ts';
import type { Reader } from './reader.ts';

/** What the readers of files need of whoever calls them. `owner`: whose the file is, in the caller's words. */
export interface FileScene {
  /** Keeps account of what could not be read. */
  reader: Reader;
  /** HMAC-SHA-256 under a key of this installation, hex. */
  fingerprint(secret: string): string;
  /** Attributes that say whose it is. */
  whose(owner: string): HostObserved['attributes'];
  /** A path or a name of the owner's, marked where it may name a person. */
  told(owner: string, text: string): string | Personal;
}
