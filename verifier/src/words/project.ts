import { DISCOVERY_RULES } from './discovery-rows.ts';
import type { Body, Entry, Kind, Leaf } from './entries.ts';
import type { PersonSpec, ResourceKind } from './resources.ts';
import { begun, over, reached, stopped } from './rotation-rows.ts';
import type { ReadRow, RowChange, RowTable } from './rows.ts';
import { type Place, patch, type RowKey, type Rule } from './rule.ts';

/** The table that holds each declared kind. */
export const RESOURCE_TABLES = {
  Person: 'person',
  Application: 'application',
  Profile: 'profile',
  Identity: 'identity',
  Policy: 'policy',
  Trust: 'trust',
  Rotation: 'rotation',
  Exception: 'exception',
  ControlOwner: 'control_owner',
} as const satisfies Record<ResourceKind, RowTable>;

const declared: Rule<'resource.declared'> = {
  reads: (data) => [{ table: RESOURCE_TABLES[data.kind], key: data.id }],
  rows(data, place, read) {
    const table = RESOURCE_TABLES[data.kind];
    const base = {
      id: data.id,
      name: data.name,
      spec: data.spec,
      change: data.change,
      bootstrap: data.bootstrap,
      declared: place.time,
      entry: place.index,
      retired: false,
    };
    if (data.kind === 'Person') {
      const hasLeft = (data.spec as PersonSpec).status === 'left';
      const left = hasLeft ? (read('person', data.id)?.left ?? place.occurred) : null;
      return [{ table: 'person', key: data.id, row: { ...base, left } } as RowChange];
    }
    if (table === 'rotation') {
      const { since, run, rotated } = read('rotation', data.id) ?? {
        since: place.time,
        run: null,
        rotated: null,
      };
      return [{ table, key: data.id, row: { ...base, since, run, rotated } } as RowChange];
    }
    if (table !== 'identity') return [{ table, key: data.id, row: base } as RowChange];
    const before = read('identity', data.id);
    const row = { ...base, state: before?.state ?? 'requested', ownerAccepted: place.occurred };
    return [{ table, key: data.id, row } as RowChange];
  },
};

/**
 * One rule per kind that leaves a row. INVARIANT: pure; the server's tables and the verifier's maps are both
 * made by this and nothing else.
 */
const RULES: { [K in Kind]?: Rule<K> } = {
  'bootstrap.opened': {
    rows: (_, place) => [{ table: 'bootstrap', key: 'open', row: { open: true, entry: place.index } }],
  },
  'bootstrap.closed': {
    rows: (_, place) => [{ table: 'bootstrap', key: 'open', row: { open: false, entry: place.index } }],
  },
  'change.proposed': {
    rows: (data, place) => [
      {
        table: 'change',
        key: data.plan.change,
        row: {
          id: data.plan.change,
          plan: data.plan,
          planDigest: data.planDigest,
          source: data.source,
          state: 'proposed',
          proposed: place.time,
          approvals: [],
          applied: null,
          entry: place.index,
        },
      },
    ],
  },
  'change.approved': {
    reads: (data) => [{ table: 'change', key: data.change }],
    rows(data, place, read) {
      const approval = {
        approver: data.approver,
        planDigest: data.planDigest,
        signature: data.signature,
        time: place.time,
        entry: place.index,
      };
      const approvals = [...(read('change', data.change)?.approvals ?? []), approval];
      return patch(read, 'change', data.change, { approvals });
    },
  },
  'change.applied': {
    reads: (data) => [{ table: 'change', key: data.change }],
    rows: (data, place, read) =>
      patch(read, 'change', data.change, { state: 'applied', applied: place.time }),
  },
  'change.withdrawn': {
    reads: (data) => [{ table: 'change', key: data.change }],
    rows: (data, _, read) => patch(read, 'change', data.change, { state: 'withdrawn' }),
  },
  'breakglass.used': {
    rows: (data, place) => [
      {
        table: 'breakglass',
        key: data.key,
        row: { ...data, used: place.time, reviewed: null, entry: place.index },
      },
    ],
  },
  'breakglass.reviewed': {
    reads: (data) => [{ table: 'breakglass', key: data.key }],
    rows: ({ key, outcome, note }, { actor, time, index }, read) =>
      patch(read, 'breakglass', key, { reviewed: { by: actor, time, outcome, note, entry: index } }),
  },
  'resource.declared': declared,
  'resource.retired': {
    reads: (data) => [{ table: RESOURCE_TABLES[data.kind], key: data.id }],
    rows(data, place, read) {
      const retired = { retired: true, entry: place.index };
      if (data.kind !== 'Person') return patch(read, RESOURCE_TABLES[data.kind], data.id, retired);
      const left = read('person', data.id)?.left ?? place.occurred;
      return patch(read, 'person', data.id, { ...retired, left });
    },
  },
  'identity.moved': {
    reads: (data) => [{ table: 'identity', key: data.identity }],
    rows: (data, _, read) => patch(read, 'identity', data.identity, { state: data.to }),
  },
  'owner.accepted': {
    reads: (data) => [{ table: 'identity', key: data.identity }],
    rows: (data, place, read) => patch(read, 'identity', data.identity, { ownerAccepted: place.occurred }),
  },
  'token.created': {
    rows: (data, place) => [
      {
        table: 'token',
        key: data.token,
        row: {
          id: data.token,
          trust: data.trust,
          agentName: data.agentName,
          deadline: data.deadline,
          usedBy: null,
          entry: place.index,
        },
      },
    ],
  },
  'agent.joined': {
    reads: (data) => [{ table: 'token', key: data.token }],
    rows: (data, place, read) => [
      {
        table: 'agent',
        key: data.agent,
        row: {
          id: data.agent,
          name: data.name,
          instance: data.instance,
          keyHash: data.keyHash,
          joined: place.time,
          entry: place.index,
        },
      },
      ...patch(read, 'token', data.token, { usedBy: data.agent }),
    ],
  },
  'credential.granted': {
    rows: (data, place) => [
      {
        table: 'credential',
        key: String(place.index),
        row: { entry: place.index, granted: place.time, ...data },
      },
    ],
  },
  'credential.refused': {
    rows: (data, place) => [
      {
        table: 'refusal',
        key: String(place.index),
        row: { entry: place.index, refused: place.time, ...data },
      },
    ],
  },
  'lock.placed': {
    rows: (data, place) => [
      {
        table: 'lock',
        key: data.lock,
        row: {
          id: data.lock,
          target: data.target,
          reason: data.reason,
          actor: place.actor,
          placed: place.time,
          lifted: null,
          entry: place.index,
        },
      },
    ],
  },
  'lock.lifted': {
    reads: (data) => [{ table: 'lock', key: data.lock }],
    rows: (data, place, read) => patch(read, 'lock', data.lock, { lifted: place.time }),
  },
  'probe.recorded': {
    rows: (data, place) => [
      {
        table: 'probe',
        key: String(place.index),
        row: { entry: place.index, recorded: place.time, ...data },
      },
    ],
  },
  ...DISCOVERY_RULES,
  'rotation.started': {
    reads: (data) => [{ table: 'rotation', key: data.rotation }],
    rows(data, place, read) {
      const run = begun(data, place);
      const { id, target, phase } = run;
      return [
        { table: 'rotation_run', key: id, row: run },
        ...patch(read, 'rotation', data.rotation, { run: { id, target, phase } }),
      ];
    },
  },
  'rotation.phase': {
    reads: (data) => [
      { table: 'rotation_run', key: data.run },
      { table: 'rotation', key: data.rotation },
    ],
    rows(data, place, read) {
      const run = read('rotation_run', data.run);
      const under = read('rotation', data.rotation)?.run;
      return [
        ...patch(read, 'rotation_run', data.run, reached(run, data, place)),
        ...(under ? patch(read, 'rotation', data.rotation, { run: { ...under, phase: data.phase } }) : []),
      ];
    },
  },
  'rotation.stalled': {
    reads: (data) => [{ table: 'rotation_run', key: data.run }],
    rows: (data, place, read) => patch(read, 'rotation_run', data.run, stopped(data, place)),
  },
  'rotation.ended': {
    reads: (data) => [
      { table: 'rotation_run', key: data.run },
      { table: 'rotation', key: data.rotation },
    ],
    rows: (data, place, read) => [
      ...patch(read, 'rotation_run', data.run, over(read('rotation_run', data.run), data, place)),
      ...patch(read, 'rotation', data.rotation, {
        run: null,
        ...(data.outcome === 'completed' ? { rotated: place.time } : {}),
      }),
    ],
  },
  'finding.opened': {
    rows: (data, place) => [
      {
        table: 'finding',
        key: data.finding,
        row: {
          id: data.finding,
          rule: data.rule,
          subject: data.subject,
          title: data.title,
          due: data.due,
          owner: data.owner ?? null,
          opened: place.time,
          closed: null,
          reason: null,
          entry: place.index,
        },
      },
    ],
  },
  'finding.closed': {
    reads: (data) => [{ table: 'finding', key: data.finding }],
    rows: (data, place, read) =>
      patch(read, 'finding', data.finding, { closed: place.time, reason: data.reason }),
  },
  'alert.raised': {
    rows({ alert, ...raised }, place) {
      const row = { ...raised, id: alert, raised: place.time, acknowledged: null, resolved: null };
      return [{ table: 'alert', key: alert, row: { ...row, entry: place.index } }];
    },
  },
  'alert.acknowledged': {
    reads: (data) => [{ table: 'alert', key: data.alert }],
    rows: (data, { actor, time }, read) =>
      patch(read, 'alert', data.alert, { acknowledged: { by: actor, time } }),
  },
  'alert.resolved': {
    reads: (data) => [{ table: 'alert', key: data.alert }],
    rows: ({ alert, ...how }, { actor, time }, read) =>
      patch(read, 'alert', alert, { resolved: { by: actor, time, ...how } }),
  },
  'detector.tested': {
    rows: (data, place) => [
      {
        table: 'detector',
        key: data.detector,
        row: { ...data, tested: place.time, entry: place.index },
      },
    ],
  },
};

const placeOf = (index: number, leaf: Leaf, body: Body): Place => ({
  index,
  time: leaf.time,
  occurred: body.occurred,
  actor: leaf.actor,
});

const ruleFor = (kind: Kind): Rule<Kind> | undefined => RULES[kind] as Rule<Kind> | undefined;

/** The rows that `project` will want to read for this entry. */
export function readsOf(index: number, leaf: Leaf, body: Body): RowKey[] {
  return ruleFor(leaf.kind)?.reads?.(body.data, placeOf(index, leaf, body)) ?? [];
}

/** The rows that stand after this entry and did not before. A withheld body changes no row. */
export function project({ index, leaf, body }: Entry, read: ReadRow): RowChange[] {
  if (body === null) return [];
  return ruleFor(leaf.kind)?.rows(body.data, placeOf(index, leaf, body), read) ?? [];
}
