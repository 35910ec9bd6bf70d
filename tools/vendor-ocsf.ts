/**
 * Cuts what our export uses out of the published, compiled OCSF schema, for the tests to judge by:
 * `node tools/vendor-ocsf.ts ocsf-1.8.0-compiled.json.gz > test/vendor/ocsf/schema.json`
 */
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

const CLASSES = ['authentication', 'entity_management', 'detection_finding'];
const OBJECTS = [
  'actor',
  'analytic',
  'finding_info',
  'managed_entity',
  'metadata',
  'network_endpoint',
  'product',
  'related_event',
  'service',
  'user',
];

interface Attribute {
  type: string;
  object_type?: string;
  requirement?: string;
  is_array?: boolean;
  enum?: Record<string, { caption: string }>;
}

interface Shape {
  name: string;
  uid?: number;
  caption: string;
  constraints?: Record<string, string[]>;
  attributes: Record<string, Attribute>;
}

const [path = ''] = process.argv.slice(2);
const schema = JSON.parse(gunzipSync(readFileSync(path)).toString('utf8'));

/** An attribute with a profile's name is that profile's: required only of events that say they have it. */
const profileOf = (attribute: string): string | undefined =>
  attribute in schema.profiles ? attribute : undefined;

const cutAttribute = (
  name: string,
  { type, object_type, requirement, is_array, enum: values }: Attribute,
) => ({
  type,
  object_type,
  requirement,
  is_array,
  profile: profileOf(name),
  enum: values && Object.fromEntries(Object.entries(values).map(([id, { caption }]) => [id, caption])),
});

const cut = ({ name, uid, caption, constraints, attributes }: Shape) => ({
  name,
  uid,
  caption,
  constraints,
  attributes: Object.fromEntries(
    Object.entries(attributes).map(([key, value]) => [key, cutAttribute(key, value)]),
  ),
});

const pick = (from: Record<string, Shape>, names: string[]) =>
  Object.fromEntries(names.map((name) => [name, cut(from[name] as Shape)]));

const kept = {
  version: schema.version,
  classes: pick(schema.classes, CLASSES),
  objects: pick(schema.objects, OBJECTS),
};
process.stdout.write(`${JSON.stringify(kept)}\n`);
