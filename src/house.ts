import type { Config } from './config.ts';
import type { KeyStore } from './crypto/index.ts';
import type { Discovery } from './discovery/index.ts';
import type { Authority } from './issuance/authority.ts';
import type { Clock } from './kernel/index.ts';
import type { Database, Log } from './store/index.ts';

/** Every room, put together over one database. */
export interface House {
  readonly config: Config;
  readonly clock: Clock;
  readonly database: Database;
  readonly keys: KeyStore;
  readonly log: Log;
  readonly authority: Authority;
  readonly discovery: Discovery;
  close(): Promise<void>;
}
