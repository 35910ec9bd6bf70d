/** How issuers write what they give out, so that a secret is known for one whatever it is called. Sources: their own documentation. */
const SHAPES: readonly RegExp[] = [
  /-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY-----/,
  /\bgh[opsur]_[A-Za-z0-9]{36}/,
  /\bgithub_pat_[A-Za-z0-9_]{22}/,
  /\bglpat-[\w-]{20}/,
  /\bxox[abeoprs]-[\w-]{10}/,
  /\bnpm_[A-Za-z0-9]{36}/,
  /\bAIza[\w-]{35}/,
  /\bhvs\.[\w-]{24}/,
  /\beyJ[\w-]{10,1000}\.eyJ[\w-]{10,4000}\.[\w-]{10}/,
];
/** `scheme://user:password@host`; a reference is no password. */
const PASSWORD_IN_URL = /^[a-z][a-z0-9+.-]*:\/\/[^\s/:@]*:(?!\$|\{\{|%)[^\s/@]{6,}@/i;

export const hasSecretShape = (value: string): boolean =>
  SHAPES.some((shape) => shape.test(value)) || PASSWORD_IN_URL.test(value);
