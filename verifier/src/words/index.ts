export * from './break-glass.ts';
export * from './entries.ts';
export * from './fold.ts';
export * from './project.ts';
export * from './resources.ts';
export * from './rotation.ts';
export * from './rows.ts';
export * from './view.ts';
