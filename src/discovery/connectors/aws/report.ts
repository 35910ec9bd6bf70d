import { setTimeout as pause } from 'node:timers/promises';
import type { RawPage } from '../../contract.ts';
import { SourceError } from '../../source-error.ts';
import { type Account, beside, type KnownUser, type Report, type ReportRow } from './account.ts';
import { MISSHAPEN } from './paging.ts';

const POLL_MS = 1000;
const POLLS_MAX = 120;
/** How the report calls the account's own login. */
export const ROOT = '<root_account>';

type Asking = Pick<Account, 'clients' | 'call' | 'signal'>;

/** Has the report made and waits until it is. @returns calls made */
async function generated({ clients, call, signal }: Asking): Promise<number> {
  const { GenerateCredentialReportCommand } = await import('@aws-sdk/client-iam');
  const iam = await clients.iam();
  let made = 0;
  for (let polls = 0; polls < POLLS_MAX; polls += 1) {
    const { output, calls } = await call((options) =>
      iam.send(new GenerateCredentialReportCommand({}), options),
    );
    made += calls;
    if (output.State === 'COMPLETE') return made;
    if (output.State === undefined) throw new SourceError('failed', MISSHAPEN);
    await pause(POLL_MS, undefined, { signal });
  }
  throw new SourceError('failed', 'the credential report was not ready in time');
}

/** @throws SourceError */
export async function readReport(account: Asking): Promise<Report> {
  const before = await generated(account);
  const [{ GetCredentialReportCommand }, { parse }, iam] = await Promise.all([
    import('@aws-sdk/client-iam'),
    import('csv-parse/sync'),
    account.clients.iam(),
  ]);
  const { output, calls, providerTime } = await account.call((options) =>
    iam.send(new GetCredentialReportCommand({}), options),
  );
  const { Content, GeneratedTime } = output;
  if (Content === undefined || GeneratedTime === undefined) throw new SourceError('failed', MISSHAPEN);
  const rows = parse<ReportRow>(Buffer.from(Content), { columns: true, skip_empty_lines: true });
  if (rows.some((row) => row.arn === undefined || row.user === undefined))
    throw new SourceError('failed', MISSHAPEN);
  return {
    rows,
    generated: GeneratedTime.toISOString(),
    calls: before + calls,
    ...(providerTime && { providerTime }),
  };
}

/** How many users one of the two knows and the other does not; who is younger than the report is not in it. */
export function differing(report: Report, users: KnownUser[]): number {
  const reported = new Set(report.rows.filter(({ user }) => user !== ROOT).map(({ arn }) => arn));
  const listed = new Set(users.map(({ Arn }) => Arn));
  const unreported = users.filter(
    ({ Arn, CreateDate }) => !reported.has(Arn) && Date.parse(CreateDate) <= Date.parse(report.generated),
  );
  const unlisted = [...reported].filter((arn) => !listed.has(String(arn)));
  return unreported.length + unlisted.length;
}

/** The report's rows, each with the id of its user; what it and the list of users do not both know is an error. */
export async function* readReportListing(account: Account): AsyncGenerator<RawPage> {
  const report = await (account.report as () => Promise<Report>)();
  const page: RawPage = {
    operation: 'iam:GetCredentialReport',
    request: {},
    items: [],
    calls: report.calls,
    end: true,
    ...(report.providerTime && { providerTime: report.providerTime }),
  };
  const users = await beside(page, 'users, to compare with the credential report', account.users);
  const ids = new Map(users?.map(({ Arn, UserId }) => [Arn, UserId]));
  page.items = report.rows.map((row) => ({
    ...row,
    UserId: ids.get(String(row.arn)) ?? null,
    account: account.id,
  }));
  const difference = users === undefined ? 0 : differing(report, users);
  if (difference > 0)
    page.errors = [
      ...(page.errors ?? []),
      { what: 'users', why: `the credential report and the list differ: ${difference}` },
    ];
  yield page;
}
