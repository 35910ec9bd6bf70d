import type { Fault, RawPage, SourceLimits } from '../../contract.ts';
import { toFaults } from '../../source-error.ts';
import type { Call } from './caller.ts';
import type { Clients } from './clients.ts';

/** A row of the credential report, by column. */
export type ReportRow = Record<string, string>;

/** The credential report as the account last made it. */
export interface Report {
  rows: ReportRow[];
  /** RFC 3339. */
  generated: string;
  calls: number;
  providerTime?: Date;
}

/** A user as the per-user listings need it. */
export interface KnownUser {
  UserId: string;
  UserName: string;
  Arn: string;
  CreateDate: string;
  /** Whether it has a password for the console: then it is taken for a person. null: not known, so taken for one too. */
  Console: boolean | null;
}

/** One account of a sweep, with what its listings share. */
export interface Account {
  id: string;
  clients: Clients;
  call: Call;
  limits: SourceLimits;
  now(): Date;
  signal: AbortSignal;
  /** Asked for once, and only where the report is in the declared scope. */
  report: (() => Promise<Report>) | undefined;
  /** Read whole, once. */
  users(): Promise<KnownUser[]>;
  /** Counts by the provider, e.g. `Users`; read once. */
  summary(): Promise<Record<string, number>>;
}

/** Keeps the first answer; an error is kept too, so that what is refused is asked for once. */
export function once<Value>(make: () => Promise<Value>): () => Promise<Value> {
  let made: Promise<Value> | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

/** Adds to a page what a read beside it came to: an error of that read is a fault of this page, and the rest stands. */
export async function beside<Value>(
  page: Pick<RawPage, 'denied' | 'errors'>,
  what: string,
  read: () => Promise<Value>,
): Promise<Value | undefined> {
  try {
    return await read();
  } catch (error) {
    const faults: { denied: Fault[]; errors: Fault[] } = toFaults(what, error);
    if (faults.denied.length > 0) page.denied = [...(page.denied ?? []), ...faults.denied];
    if (faults.errors.length > 0) page.errors = [...(page.errors ?? []), ...faults.errors];
    return undefined;
  }
}

/** Puts the provider's own count on the page that ends a listing. */
export async function counted(account: Account, page: RawPage, names: string[]): Promise<RawPage> {
  if (!page.end) return page;
  const summary = await beside(page, 'counts of the account', account.summary);
  const counts = names.map((name) => summary?.[name]);
  if (counts.some((count) => count === undefined)) return page;
  return { ...page, providerCount: counts.reduce<number>((sum, count) => sum + Number(count), 0) };
}
