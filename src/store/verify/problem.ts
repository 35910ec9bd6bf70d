/** One thing that does not hold; `what` names it and where it is. */
export interface Problem {
  what: string;
  table?: string;
  key?: string;
  /** Index of the entry that the row's version should rest on. */
  entry?: number;
}
