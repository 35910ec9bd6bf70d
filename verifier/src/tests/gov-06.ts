import type { Entry, Kind, Rows } from '../words/index.ts';
import { asFinding, joinApproval } from './approvals.ts';
import type { Context } from './context.ts';
import { standingAt, type Version } from './history.ts';
import { type Finding, finding, type Judged, judge, stated, withheldFinding } from './result.ts';

const DECLARING: readonly Kind[] = ['resource.declared', 'resource.retired'];
/** What only an operator or administrator does. */
const PRIVILEGED = [
  'token.created',
  'lock.placed',
  'lock.lifted',
  'change.applied',
  'change.withdrawn',
] as const satisfies readonly Kind[];
/** The local operator: the host's own account over the admin socket, which names no person. */
const LOCAL_OPERATOR = 'sys';

const hiddenAbout = ({ withheldAnywhere }: Context, prefix: string): Finding[] =>
  withheldAnywhere(...DECLARING)
    .filter(({ leaf }) => leaf.subject === '' || leaf.subject.startsWith(prefix))
    .map((entry) => withheldFinding(entry));

const mayAdminister = ({ row, from, to }: Version<'person'>): boolean =>
  !row.retired && from < to && row.spec.status === 'active' && row.spec.roles.includes('admin');

/** Each version of a person in which they could administer, and who let it stand. */
function administrators(context: Context): Finding[] {
  const versions = [...context.history('person').values()].flat().filter(mayAdminister);
  return versions.map(({ row }) => asFinding(joinApproval(context, 'Person', row), row.id, row.entry));
}

/** The trust whose token let an agent in must have been approved, and the token made by somebody. */
function agentIn(context: Context, agent: Rows['agent']): Finding {
  const token = [...context.input.closing.tables.token.values()].find(({ usedBy }) => usedBy === agent.id);
  if (token === undefined) return finding('FAIL', agent.id, 'no token let it in', agent.entry);
  const trust =
    standingAt(context.history('trust'), token.trust, token.entry) ??
    context.input.opening.tables.trust.get(token.trust);
  if (trust === undefined)
    return finding('NOT_EVALUABLE', agent.id, `trust ${token.trust} is not on record`, agent.entry);
  return asFinding(joinApproval(context, 'Trust', trust), agent.id, agent.entry);
}

function agents(context: Context): Finding[] {
  const [hidden] = context.withheldAnywhere('token.created', 'agent.joined', ...DECLARING);
  return [...context.input.closing.tables.agent.values()]
    .sort((a, b) => a.entry - b.entry)
    .map((agent) => {
      const found = agentIn(context, agent);
      return hidden && found.verdict !== 'PASS' ? withheldFinding(hidden, agent.id) : found;
    });
}

/** The name under which a connector is registered as an identity of its own. */
const connectorName = (source: string): string => `muniment-connector-${source}`;

function connectors(context: Context): Finding[] {
  const { opening } = context.input;
  const swept = [...context.told('sweep.recorded').map(({ data }) => data), ...opening.tables.sweep.values()];
  const identities = [...context.history('identity').values()].flatMap((versions) => versions.at(-1) ?? []);
  return [...new Set(swept.map(({ source }) => source))].sort().map((source) => {
    const name = connectorName(source);
    const row = identities.map((version) => version.row).find((each) => each.name === name && !each.retired);
    if (row === undefined)
      return finding('FAIL', source, `no identity \`${name}\` is registered for what sweeps it`);
    return asFinding(joinApproval(context, 'Identity', row), source, row.entry);
  });
}

function actor(context: Context, { index, leaf }: Entry): Finding {
  const id = `entry ${index}`;
  if (leaf.actor === LOCAL_OPERATOR)
    return finding('NOT_EVALUABLE', id, `${leaf.kind} by the local operator: no person is named`, index);
  const person = standingAt(context.history('person'), leaf.actor, index);
  if (person && !person.retired) return finding('PASS', id, `${leaf.kind} by ${leaf.actor}`, index);
  const [hidden] = context.withheldAbout(DECLARING, [leaf.actor]);
  return hidden
    ? withheldFinding(hidden, id)
    : finding('FAIL', id, `${leaf.kind} by ${leaf.actor || 'nobody'}, who is not enrolled`, index);
}

const issuersIn = ({ input }: Context): number =>
  new Set([...input.closing.tables.credential.values()].map(({ credential }) => credential.issuer)).size;

/** NHI-GOV-06: administrators, agents and connectors of the platform stand on the same approvals as what they govern. */
export function governsItself(context: Context): Judged[] {
  const acts = context.input.entries.filter(({ leaf }) =>
    (PRIVILEGED as readonly Kind[]).includes(leaf.kind),
  );
  const hiddenPeople = hiddenAbout(context, 'per_');
  const hiddenSweeps = context.withheldAnywhere('sweep.recorded').map((entry) => withheldFinding(entry));
  const hiddenAgents = context.withheldAnywhere('agent.joined').map((entry) => withheldFinding(entry));
  return [
    judge(
      'every administrator was approved by another person',
      [...administrators(context), ...hiddenPeople],
      {
        verdict: 'NOT_OCCURRING',
        why: 'nobody could administer in the period',
      },
    ),
    judge('every agent came in by an approved trust', [...agents(context), ...hiddenAgents], {
      verdict: 'NOT_OCCURRING',
      why: 'no agent has joined',
    }),
    judge(
      'every connector is registered as an identity',
      [...connectors(context), ...hiddenSweeps, ...hiddenAbout(context, 'idn_')],
      { verdict: 'NOT_OCCURRING', why: 'nothing was ever swept' },
    ),
    judge(
      'every act of an operator or administrator names an enrolled person',
      acts.map((entry) => actor(context, entry)),
      { verdict: 'NOT_OCCURRING', why: 'nobody operated or administered in the period' },
    ),
    stated(
      'the platform’s own keys have an owner and an age limit',
      'NOT_EVALUABLE',
      `${issuersIn(context)} keys issued what was good in the period; who made them and when is no entry of this log`,
    ),
  ];
}
