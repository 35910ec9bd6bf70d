import type { House } from '../../house.ts';
import type { Attempts } from '../attempts.ts';
import type { Places } from '../guard.ts';
import type { Metrics } from '../metrics.ts';
import type { Sessions } from '../sessions/index.ts';

/** What handlers may use. */
export interface Rooms extends House {
  sessions: Sessions;
  attempts: Attempts;
  metrics: Metrics;
  places: Places;
  /** Told of what goes wrong in work that nobody waits for. */
  onFault(error: unknown): void;
  /** The console's address with a sign-in token in its fragment, which no server and no log ever sees. */
  signInUrl(token: string): string;
}
