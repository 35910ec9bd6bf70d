export { SESSION_ABSOLUTE_SECONDS, SESSION_COOKIE } from './model.ts';
export type { RelyingParty } from './passkey.ts';
export { authenticationOptions, readRegistration, registrationOptions } from './passkey.ts';
export { createSessions, livingPersons, type OpenedSession, type Sessions } from './service.ts';
