/** Judges an event by the published OCSF schema, of which `test/vendor/ocsf` holds a part. */
import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { join } from 'node:path';

interface Attribute {
  type: string;
  object_type?: string;
  requirement?: string;
  is_array?: boolean;
  profile?: string;
  enum?: Record<string, string>;
}

interface Shape {
  uid?: number;
  name: string;
  constraints?: { at_least_one?: string[]; just_one?: string[] };
  attributes: Record<string, Attribute>;
}

const schema = JSON.parse(
  readFileSync(join(import.meta.dirname, '..', 'vendor', 'ocsf', 'schema.json'), 'utf8'),
) as { version: string; classes: Record<string, Shape>; objects: Record<string, Shape> };

export const OCSF_SCHEMA_VERSION = schema.version;

const isText = (value: unknown): boolean => typeof value === 'string';
const isWhole = (value: unknown): boolean => Number.isSafeInteger(value);

/** Types of the dictionary that our events use; one that is not here is a problem by itself. */
const TYPES: Record<string, (value: unknown) => boolean> = {
  string_t: isText,
  username_t: isText,
  hostname_t: isText,
  url_t: isText,
  integer_t: isWhole,
  long_t: isWhole,
  timestamp_t: (value) => isWhole(value) && Number(value) > 0,
  boolean_t: (value) => typeof value === 'boolean',
  ip_t: (value) => isText(value) && isIP(String(value)) !== 0,
};

function checkValue(attribute: Attribute, value: unknown, path: string): string[] {
  if (attribute.is_array) {
    if (!Array.isArray(value)) return [`${path}: is no list`];
    return value.flatMap((item, at) => checkValue({ ...attribute, is_array: false }, item, `${path}[${at}]`));
  }
  if (attribute.type === 'object_t') {
    const shape = schema.objects[attribute.object_type ?? ''];
    return shape === undefined
      ? [`${path}: no schema of ${attribute.object_type}`]
      : checkShape(shape, value as never, [], path);
  }
  const fits = TYPES[attribute.type]?.(value) ?? false;
  const isListed = attribute.enum === undefined || String(value) in attribute.enum;
  return [
    ...(fits ? [] : [`${path}: \`${String(value)}\` is no ${attribute.type}`]),
    ...(isListed ? [] : [`${path}: \`${String(value)}\` is not in its list`]),
  ];
}

function checkConstraints(
  { constraints = {} }: Shape,
  value: Record<string, unknown>,
  path: string,
): string[] {
  const has = (names: string[]) => names.filter((name) => value[name] !== undefined).length;
  const { at_least_one: some, just_one: one } = constraints;
  return [
    ...(some !== undefined && has(some) === 0 ? [`${path}: needs one of ${some.join(', ')}`] : []),
    ...(one !== undefined && has(one) !== 1 ? [`${path}: needs exactly one of ${one.join(', ')}`] : []),
  ];
}

function checkShape(
  shape: Shape,
  value: Record<string, unknown>,
  profiles: string[],
  path: string,
): string[] {
  if (typeof value !== 'object' || value === null) return [`${path}: is no object`];
  const isRequired = ({ requirement, profile }: Attribute) =>
    requirement === 'required' && (profile === undefined || profiles.includes(profile));
  const missing = Object.entries(shape.attributes).filter(
    ([name, attribute]) => isRequired(attribute) && value[name] === undefined,
  );
  return [
    ...missing.map(([name]) => `${path}.${name}: is required`),
    ...checkConstraints(shape, value, path),
    ...Object.entries(value).flatMap(([name, item]) => {
      const attribute = shape.attributes[name];
      return attribute === undefined
        ? [`${path}.${name}: is unknown`]
        : checkValue(attribute, item, `${path}.${name}`);
    }),
  ];
}

/** Everything that is wrong with an event; nothing where it holds. */
export function ocsfProblems(event: Record<string, unknown>): string[] {
  const shape = Object.values(schema.classes).find(({ uid }) => uid === event.class_uid);
  if (shape === undefined) return [`class_uid: no schema of class ${String(event.class_uid)}`];
  const { profiles = [] } = (event.metadata ?? {}) as { profiles?: string[] };
  const captions = ['activity', 'severity', 'status'].flatMap((word) => {
    const listed = shape.attributes[`${word}_id`]?.enum?.[String(event[`${word}_id`])];
    const said = event[word === 'activity' ? 'activity_name' : word];
    return said === undefined || said === listed || event[`${word}_id`] === 99
      ? []
      : [`${word}: \`${String(said)}\` is not the caption \`${listed}\``];
  });
  return [...checkShape(shape, event, profiles, shape.name), ...captions];
}
