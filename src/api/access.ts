import { ROLES, type Role } from '#verifier';
import { MunimentError } from '../kernel/index.ts';
import type { Caller } from './env.ts';

/** `signed-in` is any person with a session; `bootstrap`, `socket` and `agent` are the callers of that name. */
export type Who = 'anyone' | 'signed-in' | 'bootstrap' | 'socket' | 'agent' | Role;

const ANYONE: Who[] = ['anyone'];
const READ: Who[] = [...ROLES, 'socket'];
const AUDIT: Who[] = ['auditor', 'socket'];
const OPERATE: Who[] = ['operator', 'socket'];
const AGENT: Who[] = ['agent'];
const PROPOSE: Who[] = ['signed-in', 'socket'];

/** Who may use each route, by its operation id. INVARIANT: what has no row here is refused to everyone. */
export const ACCESS: Readonly<Record<string, readonly Who[]>> = {
  redeemSignInToken: ANYONE,
  challengeKey: ANYONE,
  openKeySession: ANYONE,
  passkeySignInOptions: ANYONE,
  openPasskeySession: ANYONE,
  getSession: ['signed-in', 'bootstrap'],
  endSession: ['signed-in', 'bootstrap'],

  listPersons: READ,
  proposeLeaving: PROPOSE,
  enrolPerson: ['bootstrap', 'admin', 'socket'],
  makeSignInLink: ['admin', 'socket'],
  passkeyRegistrationOptions: ['signed-in', 'bootstrap'],
  readPasskey: ['signed-in', 'bootstrap'],

  getOverview: READ,
  listIdentities: READ,
  getIdentity: READ,
  listIdentityCredentials: READ,
  listIdentityDecisions: READ,
  listIdentityTimeline: READ,
  acceptIdentity: ['signed-in'],
  moveIdentity: OPERATE,
  listApplications: READ,
  listProfiles: READ,
  listPolicies: READ,
  listTrusts: READ,
  listAgents: READ,
  listFindings: READ,
  readNames: READ,

  listCredentials: READ,
  getCredential: READ,
  checkCredential: READ,
  credentialValidAt: READ,

  proposeChange: PROPOSE,
  readDrift: READ,
  listChanges: READ,
  getChange: READ,
  // Admitted so that the refusal is recorded: the changes themselves refuse whoever may not approve.
  approveChange: PROPOSE,
  approvalOptions: ['signed-in'],
  applyChange: PROPOSE,
  withdrawChange: PROPOSE,
  listBreakGlass: READ,
  reviewBreakGlass: ['approver', 'auditor', 'admin'],

  createToken: OPERATE,
  joinAgent: ANYONE,
  renewAgent: AGENT,
  issueForWorkload: AGENT,
  getBundle: AGENT,
  agentEvents: AGENT,
  recordProbes: AGENT,
  reportDeliveries: AGENT,

  listLocks: READ,
  getLock: READ,
  placeLock: OPERATE,
  liftLock: OPERATE,
  issueAccessToken: ANYONE,
  // The handler asks for a client's proof, or for an operator.
  revokeToken: ANYONE,
  introspect: ['operator', 'auditor', 'agent', 'socket'],

  listEntries: READ,
  getEntry: READ,
  proveConsistency: READ,
  listWitnesses: READ,
  verifyLedger: AUDIT,

  listAlerts: READ,
  getAlert: READ,
  // The owner of the identity and its deputy may, whatever their role: the room itself refuses anybody else.
  acknowledgeAlert: ['signed-in', 'socket'],
  resolveAlert: ['signed-in', 'socket'],
  listDetectors: READ,
  testDetectors: OPERATE,
  // The source's signature is looked at, not who brings it.
  ingestEvents: ANYONE,
  // These name files on the server's own host.
  runExport: ['socket'],
  checkExport: ['socket'],

  listSourceTypes: READ,
  listSources: READ,
  getSource: READ,
  // What it holds decides where the server sends a credential of its own.
  putSource: ['admin', 'socket'],
  removeSource: ['admin', 'socket'],
  testSource: OPERATE,
  explainSource: READ,
  runSweep: OPERATE,
  listSweeps: READ,
  listRunningSweeps: READ,
  cancelSweep: OPERATE,
  listObservations: READ,
  exportObservations: READ,
  getObservation: READ,
  mapObservation: READ,
  claimObservation: OPERATE,
  disposeObservation: OPERATE,
  splitObservations: OPERATE,
  adoptObservation: PROPOSE,
  diffObservations: READ,
  getDocument: AUDIT,

  listRotations: READ,
  planRotation: OPERATE,
  startRotation: OPERATE,
  abandonRotation: OPERATE,
  getPosture: READ,

  listControls: READ,
  listExceptions: READ,
  listControlOwners: READ,
  buildEvidence: AUDIT,
  getConfig: ['admin', 'socket'],
  // It holds every body and every name; secrets stay sealed.
  makeBackup: ['admin', 'socket'],

  healthz: ANYONE,
  readyz: ANYONE,
  logCheckpoint: ANYONE,
  logVerifierKey: ANYONE,
  // Leaves under `entries/` need more; the handler asks for AUDIT.
  logTile: ANYONE,
  caCertificate: ANYONE,
  crl: ANYONE,
  jwks: ANYONE,
  openidConfiguration: ANYONE,
  oauthMetadata: ANYONE,
  spiffeBundle: ANYONE,
  openapi: ANYONE,
  // The handler admits loopback too.
  metrics: ANYONE,
};

function isOneOf(caller: Caller, who: readonly Who[]): boolean {
  if (who.includes('anyone')) return true;
  switch (caller.kind) {
    case 'none':
      return false;
    case 'person':
      return who.includes('signed-in') || caller.roles.some((role) => who.includes(role));
    default:
      return who.includes(caller.kind);
  }
}

/** Refuses a caller that is none of `who`. */
export function admit(caller: Caller, who: readonly Who[]): void {
  if (isOneOf(caller, who)) return;
  if (caller.kind === 'none') throw new MunimentError('unauthenticated', 'sign in first');
  throw new MunimentError('forbidden', `this needs one of: ${who.map((word) => `\`${word}\``).join(', ')}`);
}

export const admitAuditor = (caller: Caller): void => admit(caller, AUDIT);

/** Refuses everyone where the table has no row: a new route is closed until someone says who may use it. */
export function admitTo(caller: Caller, operationId: string): void {
  const who = ACCESS[operationId];
  if (who === undefined) throw new MunimentError('forbidden', 'nobody may use this route');
  admit(caller, who);
}
