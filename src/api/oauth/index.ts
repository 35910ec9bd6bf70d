export { isOAuth, oauthProblem } from './errors.ts';
export { mountOAuth } from './mount.ts';
