import type { mutate } from './mutate.ts';

/** What is fed: a parser with all that it needs around it. */
export interface Fed {
  /** Throws what the parser throws; a wrong answer that can be told is thrown as any other error. */
  feed(input: Buffer): unknown;
  /** True for an error that the parser is meant to throw. */
  declares(error: unknown): boolean;
  /** Inputs made anew for each run: what is signed, or would look like a secret in a file. */
  seeds?: Buffer[];
  close?(): Promise<void>;
}

export interface Target {
  open(): Fed | Promise<Fed>;
  /** What the format is made of. */
  words?: readonly string[];
  /** For formats with lengths or signatures, which blind changes would only break. */
  mutate?: typeof mutate;
  /** True where inputs are meant to leave something behind, such as entries in a log. */
  keepsState?: true;
}
