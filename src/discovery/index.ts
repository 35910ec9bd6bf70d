export type { Connector, ConnectorContext, Observed, Page } from './connector.ts';
export { createHostConnector } from './connectors/host/connector.ts';
export { createDiscovery, type Discovery, type SweepResult } from './service.ts';
