/** A key that was laid away for an emergency: what its one use leaves behind, and what another person says of it. */

export const BREAK_GLASS_OUTCOMES = ['justified', 'not-justified'] as const;
export type BreakGlassOutcome = (typeof BREAK_GLASS_OUTCOMES)[number];

/** What it never opens: nobody alone makes approvers or further such keys, or excuses what was done. */
export const BREAK_GLASS_CLOSED_KINDS: ReadonlySet<string> = new Set(['Person', 'Exception']);

export interface BreakGlassEntries {
  /** Stands before the approval that it makes possible. From here on the key is dead for everything. */
  'breakglass.used': {
    /** Id of the key. */
    key: string;
    person: string;
    change: string;
    finding: string;
    /** Until when another person must have reviewed it: RFC 3339. */
    due: string;
  };
  /** By another person than the key's and the change's; the entry's actor. */
  'breakglass.reviewed': { key: string; change: string; outcome: BreakGlassOutcome; note: string };
}

/** Key: the id of the approval key. */
export interface BreakGlassUse {
  key: string;
  person: string;
  change: string;
  finding: string;
  due: string;
  used: string;
  reviewed: { by: string; time: string; outcome: BreakGlassOutcome; note: string; entry: number } | null;
  entry: number;
}
