/** Limits that more than one room needs; a room's own stand in that room. The unit ends each name. */
export const BODY_MAX_BYTES = 1024 * 1024;
export const HTTP_BODY_MAX_BYTES = 1024 * 1024;
export const NAME_MAX_CHARACTERS = 63;
export const SPIFFE_ID_MAX_BYTES = 2048;
export const TRUST_DOMAIN_MAX_BYTES = 255;
export const SOCKET_PATH_MAX_BYTES = 107;
export const SIGN_IN_TOKEN_SECONDS = 600;
