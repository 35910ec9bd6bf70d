export { createLog } from './log.ts';
export { type RunningAgent, startAgent } from './run.ts';
