export * from './clock.ts';
export * from './errors.ts';
export * from './ids.ts';
export * from './limits.ts';
export * from './spiffe-id.ts';
export * from './steady-clock.ts';
export * from './trace.ts';
export * from './yaml.ts';
