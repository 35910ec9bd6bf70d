export { mountOAuth } from './mount.ts';
