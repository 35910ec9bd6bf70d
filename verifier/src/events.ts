import { concatBytes, utf8 } from './bytes.ts';
import { canonicalBytes } from './canonical.ts';
import type { UseRecord } from './words/index.ts';

const DOMAIN = 'muniment events v1\n';

export interface EventBatch {
  source: string;
  /** The source's own name of this batch: told twice, it counts once. */
  batch: string;
  events: UseRecord[];
}

/** What a source signs: a domain of its own and the batch's canonical JSON, so that its entry alone lets anyone check it. */
export const eventsMessage = ({ source, batch, events }: EventBatch): Uint8Array =>
  concatBytes(utf8(DOMAIN), canonicalBytes({ source, batch, events }));
