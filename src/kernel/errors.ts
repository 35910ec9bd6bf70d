/**
 * Every error that leaves Muniment carries a code of this closed list, an HTTP status, a public
 * message, and apart from it a detail for our own log that never reaches a caller.
 */
export const ERRORS = {
  // the request itself
  bad_request: 400,
  unknown_key: 400,
  unknown_option: 400,
  body_too_large: 413,
  invalid_name: 400,
  invalid_spiffe_id: 400,
  invalid_time: 400,
  not_found: 404,
  method_not_allowed: 405,
  conflict: 409,
  // who is asking
  unauthenticated: 401,
  session_ended: 401,
  sign_in_refused: 401,
  forbidden: 403,
  csrf_refused: 403,
  origin_refused: 403,
  // proofs and keys
  invalid_csr: 400,
  invalid_der: 400,
  invalid_jwt: 401,
  invalid_client: 401,
  invalid_key: 400,
  invalid_signature: 400,
  invalid_note: 400,
  attestation_refused: 403,
  join_refused: 403,
  // declared things
  invalid_manifest: 400,
  invalid_policy: 400,
  plan_changed: 409,
  plan_empty: 400,
  self_approval_refused: 403,
  approval_channel_refused: 403,
  approval_refused: 403,
  change_closed: 409,
  observation_mismatch: 409,
  // sources that are read
  invalid_source: 400,
  sweep_running: 409,
  // issuance
  no_identity: 403,
  identity_not_active: 403,
  no_living_owner: 403,
  locked: 403,
  policy_denied: 403,
  profile_denied: 403,
  // an agent and its server
  server_unreachable: 503,
  // the house
  too_many_requests: 429,
  overloaded: 503,
  storage_unavailable: 503,
  log_ahead_of_database: 503,
  log_continued: 503,
  clock_stepped: 503,
  known_checkpoint_missing: 503,
  restore_not_empty: 409,
  backup_damaged: 400,
  backup_version: 400,
  data_in_use: 500,
  data_damaged: 500,
  data_unwritable: 500,
  port_taken: 500,
  socket_path_too_long: 400,
  seal_key_wrong: 500,
  tool_missing: 500,
  not_supported: 501,
  internal: 500,
} as const;

export type ErrorCode = keyof typeof ERRORS;

export class MunimentError extends Error {
  readonly code: ErrorCode;
  readonly status: number;
  /** For our own log only; never sent to a caller. */
  readonly detail: string | undefined;
  /** Where in the caller's input the fault lies, e.g. `spec.owner`. */
  readonly path: string | undefined;

  constructor(
    code: ErrorCode,
    message: string,
    more: { detail?: string; path?: string; cause?: unknown } = {},
  ) {
    super(message, more.cause === undefined ? undefined : { cause: more.cause });
    this.name = 'MunimentError';
    this.code = code;
    this.status = ERRORS[code];
    this.detail = more.detail;
    this.path = more.path;
  }
}

export const isMunimentError = (error: unknown): error is MunimentError => error instanceof MunimentError;
