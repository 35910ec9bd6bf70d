export { createHostConnector } from './connectors/host/connector.ts';
export { createDiscovery, type Discovery } from './service.ts';
