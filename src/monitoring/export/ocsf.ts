import type { Entry, Kind } from '#verifier';
import { KIND_EVENTS, type Mapped } from './kinds.ts';
import { type MappingContext, type OcsfEvent, uidOf } from './model.ts';

/** Open Cybersecurity Schema Framework, https://schema.ocsf.io/1.8.0 */
export const OCSF_VERSION = '1.8.0';

const CATEGORIES = {
  2: 'Findings',
  3: 'Identity & Access Management',
} as const;

const SEVERITIES = { 1: 'Informational', 2: 'Low', 3: 'Medium', 4: 'High' } as const;

/** What a SIEM gets to see. */
export const EXPORTED_KINDS: ReadonlySet<Kind> = new Set(Object.keys(KIND_EVENTS) as Kind[]);

/** An erased body leaves kind, time and subject: the event is counted all the same. */
const withheld = ({ leaf }: Entry): Mapped => ({
  class: ENTITY_MANAGEMENT,
  activity: [99, leaf.kind],
  entity: { uid: leaf.subject === '' ? 'unknown' : leaf.subject, type: 'withheld' },
  message: `${leaf.kind}: the body is withheld`,
});

const ENTITY_MANAGEMENT = { uid: 3004, name: 'Entity Management' } as const;

/** The event of an exported entry, or undefined for one of a kind that is not exported. One entry makes one event. */
export function toOcsf(entry: Entry, context: MappingContext): OcsfEvent | undefined {
  const { index, leaf } = entry;
  const rule = KIND_EVENTS[leaf.kind];
  if (rule === undefined) return undefined;
  const mapped = entry.body === null ? withheld(entry) : rule(entry as never, context);
  const { class: type, activity, severity = 1, message, ...rest } = mapped;
  const category = Math.floor(type.uid / 1000) as keyof typeof CATEGORIES;
  return {
    ...rest,
    class_uid: type.uid,
    class_name: type.name,
    category_uid: category,
    category_name: CATEGORIES[category],
    activity_id: activity[0],
    activity_name: activity[1],
    type_uid: type.uid * 100 + activity[0],
    type_name: `${type.name}: ${activity[1]}`,
    severity_id: severity,
    severity: SEVERITIES[severity],
    time: Date.parse(leaf.time),
    message,
    metadata: {
      version: OCSF_VERSION,
      product: { name: 'Muniment', vendor_name: 'Muniment' },
      uid: uidOf(context.origin, index),
      log_name: context.origin,
      event_code: leaf.kind,
      sequence: index,
    },
  };
}
