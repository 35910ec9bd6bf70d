import type { Entry, EntryData, IdentityState, Kind, RequestRecord } from '#verifier';
import { type MappingContext, uidOf } from './model.ts';

/** What a kind of entry becomes; `toOcsf` adds what all events have. */
export interface Mapped {
  class: { uid: number; name: string };
  /** Id and name, as the class has them. */
  activity: readonly [number, string];
  severity?: 1 | 2 | 3 | 4;
  message: string;
  [attribute: string]: unknown;
}

type Rule<K extends Kind> = (entry: Filled<K>, context: MappingContext) => Mapped;
type Filled<K extends Kind> = Entry<K> & { body: { data: EntryData[K]; occurred: string } };

const AUTHENTICATION = { uid: 3002, name: 'Authentication' } as const;
const ENTITY_MANAGEMENT = { uid: 3004, name: 'Entity Management' } as const;
const DETECTION_FINDING = { uid: 2004, name: 'Detection Finding' } as const;

const LOGON = [1, 'Logon'] as const;
const LOGOFF = [2, 'Logoff'] as const;
const TICKET = [3, 'Authentication Ticket'] as const;
const RENEWAL = [5, 'Service Ticket Renew'] as const;
const CREATE = [1, 'Create'] as const;
const UPDATE = [3, 'Update'] as const;
const DELETE = [4, 'Delete'] as const;
const ENROLL = [6, 'Enroll'] as const;
const ENABLE = [8, 'Enable'] as const;
const DISABLE = [9, 'Disable'] as const;
const ACTIVATE = [10, 'Activate'] as const;
const DEACTIVATE = [11, 'Deactivate'] as const;
const SUSPEND = [12, 'Suspend'] as const;
const RESUME = [13, 'Resume'] as const;
const FINDING_UPDATE = [2, 'Update'] as const;
const FINDING_CLOSE = [3, 'Close'] as const;

const SUCCESS = { status_id: 1, status: 'Success' } as const;
const FAILURE = { status_id: 2, status: 'Failure' } as const;
const SERVICE = { service: { name: 'Muniment' } } as const;
const PERSON = { type_id: 1, type: 'User' } as const;

const named = (context: MappingContext, id: string): { uid: string; name?: string } => {
  const name = context.nameOf(id);
  return name === undefined ? { uid: id } : { uid: id, name };
};

const entity = (context: MappingContext, type: string, id: string) => ({
  entity: { ...named(context, id), type },
});

const actor = ({ leaf }: Entry) => (leaf.actor === '' ? {} : { actor: { user: { uid: leaf.actor } } });

/** Who asked, from where. What was attested stays in the log: facts of a platform are nobody else's. */
const asker = (context: MappingContext, { identity, instance, address }: RequestRecord) => {
  const endpoint = {
    ...(address === null ? {} : { ip: address }),
    ...(instance === null ? {} : { instance_uid: instance }),
  };
  return {
    user: { ...named(context, identity ?? 'unknown'), type_id: 4, type: 'Service' },
    ...(Object.keys(endpoint).length === 0 ? {} : { src_endpoint: endpoint }),
    ...SERVICE,
  };
};

const activityOf = ({ action }: RequestRecord) => (action === 'renew' ? RENEWAL : TICKET);

const change = (title: string, id: string) => ({ entity: { uid: id, name: title, type: 'change' } });

const MOVES: Record<IdentityState, readonly [number, string]> = {
  requested: CREATE,
  approved: UPDATE,
  active: ACTIVATE,
  suspended: SUSPEND,
  retired: DEACTIVATE,
};

const finding = (alert: string, more: object = {}) => ({ finding_info: { uid: alert, ...more } });

/** Each exported kind. A kind that is not here stays in the log alone. */
export const KIND_EVENTS: { [K in Kind]?: Rule<K> } = {
  'credential.granted': ({ body: { data }, index }, context) => {
    const asked = asker(context, data.request);
    return {
      class: AUTHENTICATION,
      activity: activityOf(data.request),
      ...asked,
      user: { ...asked.user, credential_uid: String(index) },
      ...SUCCESS,
      message: `${data.credential.type} granted to ${data.credential.subject} until ${data.credential.notAfter}`,
    };
  },
  'credential.refused': ({ body: { data } }, context) => ({
    class: AUTHENTICATION,
    activity: activityOf(data.request),
    severity: 2,
    ...asker(context, data.request),
    ...FAILURE,
    status_code: data.code,
    status_detail: data.decision.reason,
    message: `${data.request.action} refused: ${data.code}`,
  }),
  'agent.joined': ({ body: { data } }) => ({
    class: ENTITY_MANAGEMENT,
    activity: ENROLL,
    entity: { uid: data.agent, name: data.name, type: 'agent' },
    ...SUCCESS,
    message: `agent ${data.name} joined`,
  }),
  'lock.placed': (entry, context) => ({
    class: ENTITY_MANAGEMENT,
    activity: DISABLE,
    severity: 3,
    ...entity(context, entry.body.data.target.kind, entry.body.data.target.id),
    ...actor(entry),
    ...SUCCESS,
    comment: entry.body.data.reason,
    message: `${entry.body.data.target.kind} locked: ${entry.body.data.lock}`,
  }),
  'lock.lifted': (entry) => ({
    class: ENTITY_MANAGEMENT,
    activity: ENABLE,
    entity: { uid: entry.body.data.lock, type: 'lock' },
    ...actor(entry),
    ...SUCCESS,
    comment: entry.body.data.reason,
    message: `lock ${entry.body.data.lock} lifted`,
  }),
  'identity.moved': (entry, context) => {
    const { identity, from, to, reason } = entry.body.data;
    return {
      class: ENTITY_MANAGEMENT,
      activity: from === 'suspended' && to === 'active' ? RESUME : MOVES[to],
      ...entity(context, 'identity', identity),
      ...actor(entry),
      ...SUCCESS,
      comment: reason,
      message: `identity moved from ${from ?? 'nothing'} to ${to}`,
    };
  },
  'requests.counted': ({ body: { data } }) => ({
    class: AUTHENTICATION,
    activity: LOGON,
    severity: 2,
    user: { uid: 'unknown' },
    src_endpoint: { name: data.source },
    ...SERVICE,
    ...FAILURE,
    status_code: data.reason,
    count: Math.max(1, data.count),
    start_time: Date.parse(data.from),
    end_time: Date.parse(data.to),
    message: `${data.count} requests shed or not authenticated: ${data.reason}`,
  }),
  'change.proposed': (entry) => ({
    class: ENTITY_MANAGEMENT,
    activity: CREATE,
    ...change(entry.body.data.plan.title, entry.body.data.plan.change),
    ...actor(entry),
    ...SUCCESS,
    comment: entry.body.data.plan.reason,
    message: `change proposed: ${entry.body.data.plan.title}`,
  }),
  'change.approved': (entry, context) => ({
    class: ENTITY_MANAGEMENT,
    activity: UPDATE,
    ...entity(context, 'change', entry.body.data.change),
    ...actor(entry),
    ...SUCCESS,
    message: 'change approved by signature',
  }),
  'change.refused': (entry, context) => ({
    class: ENTITY_MANAGEMENT,
    activity: UPDATE,
    severity: 3,
    ...entity(context, 'change', entry.body.data.change),
    ...actor(entry),
    ...FAILURE,
    status_code: entry.body.data.code,
    message: `approval or application refused: ${entry.body.data.code}`,
  }),
  'change.applied': (entry, context) => ({
    class: ENTITY_MANAGEMENT,
    activity: ACTIVATE,
    ...entity(context, 'change', entry.body.data.change),
    ...actor(entry),
    ...SUCCESS,
    message: `change applied: ${entry.body.data.operations} operations`,
  }),
  'change.withdrawn': (entry, context) => ({
    class: ENTITY_MANAGEMENT,
    activity: DELETE,
    ...entity(context, 'change', entry.body.data.change),
    ...actor(entry),
    ...SUCCESS,
    comment: entry.body.data.reason,
    message: 'change withdrawn',
  }),
  'session.opened': ({ body: { data } }) => ({
    class: AUTHENTICATION,
    activity: LOGON,
    user: { uid: data.person === '' ? 'unknown' : data.person, ...PERSON },
    auth_protocol_id: 99,
    auth_protocol: data.method,
    ...SERVICE,
    ...SUCCESS,
    message: `session opened by ${data.method}`,
  }),
  'session.ended': ({ body: { data } }) => ({
    class: AUTHENTICATION,
    activity: LOGOFF,
    user: { uid: data.person === '' ? 'unknown' : data.person, ...PERSON },
    ...SERVICE,
    ...SUCCESS,
    message: `session ended: ${data.reason}`,
  }),
  'alert.raised': ({ body: { data } }, context) => ({
    class: DETECTION_FINDING,
    activity: CREATE,
    severity: 4,
    ...finding(data.alert, {
      title: `${data.detector}: ${data.seen}`,
      desc: `expected: ${data.expected}; seen: ${data.seen}`,
      analytic: { name: data.detector, type_id: 1, type: 'Rule' },
      related_events: data.entries.map((index) => ({ uid: uidOf(context.origin, index) })),
    }),
    status_id: 1,
    status: 'New',
    message: `${data.detector} about ${context.nameOf(data.about) ?? data.about}`,
  }),
  'alert.acknowledged': (entry) => ({
    class: DETECTION_FINDING,
    activity: FINDING_UPDATE,
    ...finding(entry.body.data.alert),
    status_id: 2,
    status: 'In Progress',
    message: `alert acknowledged by ${entry.leaf.actor}`,
  }),
  'alert.resolved': (entry) => ({
    class: DETECTION_FINDING,
    activity: FINDING_CLOSE,
    ...finding(entry.body.data.alert),
    status_id: 4,
    status: 'Resolved',
    comment: entry.body.data.reason,
    message: `alert resolved: ${entry.body.data.outcome}`,
  }),
};
