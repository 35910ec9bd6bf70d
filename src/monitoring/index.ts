export type { Handler } from './alerts.ts';
export { createExporter, type Exporter } from './export/exporter.ts';
export { follow, followOnce } from './follow.ts';
export type { EventSource, SignedBatch } from './ingest.ts';
export { createNotifier, type Notifier } from './notify/notifier.ts';
export { createMonitoring, type Monitoring } from './service.ts';
