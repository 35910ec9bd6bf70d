import type { Kind, Rows } from '../words/index.ts';
import { joinApproval } from './approvals.ts';
import type { Context } from './context.ts';
import type { Version } from './history.ts';
import { overlap, without } from './intervals.ts';
import { type Excusing, type Finding, withheldFinding } from './result.ts';

const DECLARING: readonly Kind[] = ['resource.declared', 'resource.retired'];

type Exception = Version<'exception'>;

/** What stands, until it lapses by itself. */
function standing(context: Context, control: string): Exception[] {
  const versions = [...context.history('exception').values()].flat();
  return versions
    .filter(({ row }) => row.spec.control === control && !row.retired)
    .flatMap((version) => {
      const lasts = overlap(version, { from: '', to: version.row.spec.until });
      return lasts ? [{ ...version, ...lasts }] : [];
    });
}

/** Whoever owns a departure, or asked for it, may not be the one who approves it. */
function hasOtherApprover({ signatures, input }: Context, row: Rows['exception']): boolean {
  const change = input.closing.tables.change.get(row.change ?? '');
  const others = change?.approvals.filter(
    ({ approver, entry }) =>
      entry < row.entry && approver !== row.spec.owner && approver !== change.plan.proposer,
  );
  return others?.some(({ entry }) => signatures.get(entry)?.holds === true) ?? false;
}

/** Why an exception counts for nothing: FAIL where that is known, NOT_EVALUABLE where it is not; undefined where it counts. */
function flaw(context: Context, { row }: Exception): { verdict: string; why: string } | undefined {
  const joined = joinApproval(context, 'Exception', row);
  if (joined.verdict !== 'PASS') return joined;
  if (hasOtherApprover(context, row)) return undefined;
  return { verdict: 'FAIL', why: 'approved by nobody but its owner and who asked for it' };
}

/** An exception that is out of sight may cover this, or may have been withdrawn. */
const hidden = (context: Context) =>
  context
    .withheldAnywhere(...DECLARING)
    .find(({ leaf }) => leaf.subject === '' || leaf.subject.startsWith('exc_'));

function covering(context: Context, found: Finding, exceptions: Exception[]): Exception[] {
  const about = exceptions.filter(({ row }) => row.spec.subject === found.id);
  const during = found.during ?? [context.input.period];
  const isCovered = during.every((interval) => without(interval, about).length === 0);
  return isCovered ? about : [];
}

/**
 * The exceptions to one control, and what they do to a departure: it stays a FAIL and counts as an exception, if approved
 * exceptions held at every instant of it. Nothing that cannot be known is excused.
 */
export function exceptionsTo(context: Context, control: string): Excusing {
  const all = standing(context, control);
  const flaws = new Map(all.map((each) => [each, flaw(context, each)]));
  const [good, open] = [
    all.filter((each) => flaws.get(each) === undefined),
    all.filter((each) => flaws.get(each)?.verdict !== 'FAIL'),
  ];
  const unseen = hidden(context);
  return {
    told: all.map((each) => {
      const { id, spec } = each.row;
      const { subject, owner, until, compensating, reason } = spec;
      return { exception: id, subject, owner, until, compensating, reason, void: flaws.get(each)?.why ?? '' };
    }),
    excuse(found) {
      if (found.verdict !== 'FAIL') return found;
      if (unseen) return withheldFinding(unseen, found.id);
      const [first] = covering(context, found, good);
      if (first) return { ...found, exception: first.row.id };
      const [maybe] = covering(context, found, open);
      if (maybe === undefined) return found;
      const why = `exception ${maybe.row.id}: ${flaws.get(maybe)?.why}`;
      return { ...found, verdict: 'NOT_EVALUABLE', why };
    },
  };
}
