export * from './checkpoint.ts';
export * from './frontier.ts';
export * from './proofs.ts';
export * from './tile-folder.ts';
export * from './verify.ts';
