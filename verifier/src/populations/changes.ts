import type { Rows } from '../words/index.ts';
import { type Facts, joined } from './facts.ts';
import { define, defineEvents } from './population.ts';

type Change = Rows['change'];

const changesOf = ({ input }: Facts): Change[] =>
  [...input.closing.tables.change.values()].sort((a, b) => a.entry - b.entry);

const steps = ({ plan }: Change, facts: Facts): string =>
  joined(plan.operations.map(({ op, kind, id, name }) => `${op} ${kind} ${facts.opened(name)} (${id})`));

export const changes = define<Change>({
  question: 'What was asked to change, by whom, and what became of it?',
  filter: 'every change proposed before the end of the period, so that what already stood is explained too',
  order: 'by entry',
  columns: [
    ['change', 'id', ({ id }) => id],
    ['entry', 'index of the entry that proposed it', ({ entry }) => entry],
    ['proposed', 'when', ({ proposed }) => proposed],
    [
      'in_period',
      'true where it was proposed in the period',
      ({ entry }, { input }) => entry >= input.opening.size,
    ],
    ['title', 'as given', ({ plan }) => plan.title],
    ['reason', 'as given', ({ plan }) => plan.reason],
    ['requester', 'id of who asked', ({ plan }) => plan.proposer],
    [
      'requester_name',
      'their name, or its commitment',
      ({ plan }, facts) => facts.nameOf('person', plan.proposer),
    ],
    ['state', '`proposed`, `applied` or `withdrawn` at the end of the period', ({ state }) => state],
    ['applied', 'when', ({ applied }) => applied],
    ['steps', 'what it does', steps],
    [
      'gains',
      'who gains or loses what, as signed',
      ({ plan }) =>
        joined(plan.gains.map(({ direction, subject, what }) => `${subject} ${direction} ${what}`)),
    ],
    ['plan_digest', 'what is signed: SHA-256 of the plan, hex', ({ planDigest }) => planDigest],
    ['source', 'where its text came from', ({ source }) => source],
  ],
  items: changesOf,
});

interface Approval {
  change: Change;
  approval: Change['approvals'][number];
}

export const approvals = define<Approval>({
  question: 'Who approved what, when, and by which key?',
  filter:
    'every approval by signature of a change proposed before the end of the period; the verifier checks each signature',
  order: 'by entry',
  columns: [
    ['entry', 'index of the entry that holds it', ({ approval }) => approval.entry],
    ['time', 'when it was recorded', ({ approval }) => approval.time],
    ['change', 'id', ({ change }) => change.id],
    ['title', 'of the change', ({ change }) => change.plan.title],
    ['requester', 'id of who asked', ({ change }) => change.plan.proposer],
    [
      'requester_name',
      'their name, or its commitment',
      ({ change }, facts) => facts.nameOf('person', change.plan.proposer),
    ],
    ['approver', 'id of who signed', ({ approval }) => approval.approver],
    [
      'approver_name',
      'their name, or its commitment',
      ({ approval }, facts) => facts.nameOf('person', approval.approver),
    ],
    [
      'same_person',
      'true where requester and approver are one: counts only inside a bootstrap',
      ({ change, approval }) => change.plan.proposer === approval.approver,
    ],
    ['key', 'id of the key', ({ approval }) => approval.signature.keyId],
    ['key_type', '`passkey` or `ed25519`', ({ approval }) => approval.signature.type],
    [
      'break_glass',
      'true where a key that was laid away for an emergency approved alone',
      ({ approval }, { input }) => input.closing.tables.breakglass.has(approval.signature.keyId),
    ],
    [
      'review',
      'what another person said of that use; empty where nobody has',
      ({ approval }, { input }) =>
        input.closing.tables.breakglass.get(approval.signature.keyId)?.reviewed?.outcome ?? null,
    ],
    ['plan_digest', 'what was signed, hex', ({ approval }) => approval.planDigest],
    ['signature', 'base64url', ({ approval }) => approval.signature.signature],
  ],
  items: (facts) =>
    changesOf(facts)
      .flatMap((change) => change.approvals.map((approval) => ({ change, approval })))
      .sort((a, b) => a.approval.entry - b.approval.entry),
});

export const approvalRefusals = defineEvents<'change.refused'>({
  question: 'Who tried to approve or apply and was refused?',
  kinds: ['change.refused'],
  columns: [
    ['change', 'id', ({ data }) => data.change],
    ['who', 'id of who tried', ({ data }) => data.who],
    ['channel', 'by which way', ({ data }) => data.channel],
    ['code', 'closed code', ({ data }) => data.code],
    ['message', 'in words', ({ data }) => data.message],
  ],
});

export const lifecycle = defineEvents<'identity.moved' | 'owner.accepted' | 'resource.retired'>({
  question: 'How did identities move through their states, and who accepted them again?',
  kinds: ['identity.moved', 'owner.accepted', 'resource.retired'],
  columns: [
    [
      'of',
      'id of the identity, or of the declared thing that was retired',
      ({ data }) => ('identity' in data ? data.identity : data.id),
    ],
    ['from_state', 'state before', ({ data }) => ('from' in data ? data.from : null)],
    ['to_state', 'state after', ({ data }) => ('to' in data ? data.to : 'owner' in data ? null : 'retired')],
    ['owner', 'id of who accepted', ({ data }) => ('owner' in data ? data.owner : null)],
    ['change', 'id of the change behind it', ({ data }) => ('change' in data ? data.change : null)],
    ['reason', 'as given', ({ data }) => ('reason' in data ? data.reason : null)],
  ],
});
