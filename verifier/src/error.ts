/** What was malformed. The verifier has errors of its own, since it imports nothing; the server maps them to its codes. */
export type FormatErrorCode =
  | 'encoding'
  | 'json'
  | 'proof'
  | 'note'
  | 'tile'
  | 'entry'
  | 'commitment'
  | 'zip'
  | 'package'
  | 'unsupported';

export class FormatError extends Error {
  readonly code: FormatErrorCode;

  constructor(code: FormatErrorCode, message: string) {
    super(message);
    this.name = 'FormatError';
    this.code = code;
  }
}
