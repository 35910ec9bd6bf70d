export { isOAuth, OAUTH_CODES, oauthProblem } from './errors.ts';
export { mountOAuth } from './mount.ts';
