export { createHostConnector } from './connectors/host/connector.ts';
export {
  POSTURE_FINDINGS,
  type PostureAnswer,
  type PostureFinding,
  postureOf,
} from './posture.ts';
export { createDiscovery, type Discovery, secretFingerprint } from './service.ts';
