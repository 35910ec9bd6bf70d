export * from './checkpoint.ts';
export * from './frontier.ts';
export * from './proofs.ts';
