export { createLog, type Level, type Log } from './log.ts';
export type { CaPin } from './pinned-ca.ts';
export { type AgentOptions, type RunningAgent, startAgent } from './run.ts';
