export type { Handled, Handler } from './alerts.ts';
export { type Checked, createExporter, type Exported, type Exporter } from './export/exporter.ts';
export type { Destination, NamedDestination } from './export/model.ts';
export type { EventSource, SignedBatch } from './ingest.ts';
export type { Target } from './notify/model.ts';
export { createNotifier, type Notifier } from './notify/notifier.ts';
export { createMonitoring, type Monitoring } from './service.ts';
