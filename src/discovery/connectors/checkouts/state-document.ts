import { type Fields, fieldsOf, listOf, textOf } from '../../formats/documents.ts';
import { SourceError } from '../../source-error.ts';

/**
 * What stands in a Terraform or OpenTofu state. Sources: the state file of format version 4 as both write it, and the JSON output
 * format of `terraform show -json` (format version 1), which a plan has too.
 */

/** Both grow with what is managed. */
export const STATE_MAX_BYTES = 16 * 1024 * 1024;
const STATE_VERSION = 4;
const OUTPUT_VERSION = /^1\./;
const MODULE_DEPTH_MAX = 32;

/** One instance of a resource, or one output. Nothing of it is checked yet: `unknown` is what its author wrote. */
export interface Instance {
  address: string;
  /** null: of the root module. */
  module: unknown;
  type: string;
  name: string;
  values: Fields;
  /** Names of attributes that are marked as sensitive. */
  sensitive: string[];
}

export interface StateDocument {
  form: 'state' | 'plan';
  instances: Instance[];
}

/** `["eu"]`, `[0]`, or nothing. */
const indexOf = (key: unknown): string =>
  typeof key === 'string' ? `["${key}"]` : typeof key === 'number' ? `[${key}]` : '';

const isTypeSpec = (type: unknown): boolean =>
  Array.isArray(type) || ['string', 'number', 'bool', 'dynamic'].includes(String(type));

/** An attribute whose type the provider leaves open is kept with its type beside it. */
function withoutType(value: unknown): unknown {
  const fields = fieldsOf(value);
  const open = Object.keys(fields).sort().join() === 'type,value' && isTypeSpec(fields.type);
  return open ? fields.value : value;
}

const valuesOfState = (attributes: unknown): Fields =>
  Object.fromEntries(Object.entries(fieldsOf(attributes)).map(([name, value]) => [name, withoutType(value)]));

/** Steps to a sensitive value; the first names the attribute. */
const firstSteps = (paths: unknown): string[] =>
  listOf(paths).flatMap((path) => textOf(fieldsOf(listOf(path)[0]).value) ?? []);

const dotted = (...words: unknown[]): string =>
  words.filter((word) => typeof word === 'string' && word !== '').join('.');

function instancesOf(resource: unknown): Instance[] {
  const { mode, module = null, type, name, instances } = fieldsOf(resource);
  if (mode === 'data') return [];
  return listOf(instances).map((each) => {
    const { index_key: key, attributes, sensitive_attributes: paths } = fieldsOf(each);
    return {
      address: dotted(module, type, `${name}${indexOf(key)}`),
      module,
      type: String(type),
      name: String(name),
      values: valuesOfState(attributes),
      sensitive: firstSteps(paths),
    };
  });
}

/** Outputs of the root module: those that are marked as sensitive stand in the file all the same. */
const outputsOf = (outputs: unknown): Instance[] =>
  Object.entries(fieldsOf(outputs)).flatMap(([name, output]) => {
    const { value, sensitive } = fieldsOf(output);
    if (sensitive !== true) return [];
    const address = `output.${name}`;
    return [{ address, module: null, type: 'output', name, values: { value }, sensitive: ['value'] }];
  });

function moduleInstances(module: unknown, depth = 0): Instance[] {
  const { address = null, resources, child_modules: children } = fieldsOf(module);
  if (depth > MODULE_DEPTH_MAX) throw new SourceError('failed', 'has modules that lie too deep');
  const own = listOf(resources)
    .map(fieldsOf)
    .filter(({ mode }) => mode !== 'data');
  return [
    ...own.map(
      (resource): Instance => ({
        address: String(resource.address),
        module: address,
        type: String(resource.type),
        name: String(resource.name),
        values: fieldsOf(resource.values),
        sensitive: Object.entries(fieldsOf(resource.sensitive_values)).flatMap(([name, mark]) =>
          mark === false ? [] : [name],
        ),
      }),
    ),
    ...listOf(children).flatMap((child) => moduleInstances(child, depth + 1)),
  ];
}

const valuesOf = (values: unknown): Instance[] => {
  const { root_module: root, outputs } = fieldsOf(values);
  return [...moduleInstances(root), ...outputsOf(outputs)];
};

/** What is there before the plan is carried out, and what will be there after; the later stands. */
function planned(document: Fields): Instance[] {
  const known = [...valuesOf(fieldsOf(document.prior_state).values), ...valuesOf(document.planned_values)];
  return [...new Map(known.map((instance) => [instance.address, instance])).values()];
}

function parsed(text: string): Fields {
  try {
    return fieldsOf(JSON.parse(text));
  } catch {
    throw new SourceError('failed', 'is no JSON');
  }
}

/** Throws `SourceError`: `denied` for a sealed state, `failed` for what is in no form that is read. */
export function readState(text: string): StateDocument {
  const document = parsed(text);
  if ('encrypted_data' in document) throw new SourceError('denied', 'is encrypted');
  if (document.version === STATE_VERSION && Array.isArray(document.resources))
    return {
      form: 'state',
      instances: [...document.resources.flatMap(instancesOf), ...outputsOf(document.outputs)],
    };
  if (!OUTPUT_VERSION.test(String(document.format_version)))
    throw new SourceError('failed', 'is no state of version 4 and no output of version 1');
  if ('planned_values' in document) return { form: 'plan', instances: planned(document) };
  return { form: 'state', instances: valuesOf(document.values) };
}
