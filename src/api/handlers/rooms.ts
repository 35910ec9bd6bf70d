import type { House } from '../../house.ts';
import type { Attempts } from '../attempts.ts';
import type { Metrics } from '../metrics.ts';
import type { Sessions } from '../sessions/index.ts';

/** What handlers may use. */
export interface Rooms extends House {
  sessions: Sessions;
  attempts: Attempts;
  metrics: Metrics;
}
