export type { Handled, Handler } from './alerts.ts';
export { EVENTS_MAX, type EventSource, type SignedBatch } from './ingest.ts';
export { createMonitoring, type Monitoring } from './service.ts';
