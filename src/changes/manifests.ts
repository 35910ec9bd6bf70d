import { type Document, isScalar, stringify } from 'yaml';
import { z } from 'zod';
import { RESOURCE_KINDS, type ResourceKind } from '#verifier';
import { type ErrorCode, MunimentError, readYaml, YamlGivenUp } from '../kernel/index.ts';
import { NAME_FAULT, name } from './fields.ts';
import { API_VERSION, type ManifestSpecs, SPECS } from './manifest-schema.ts';

export const MANIFESTS_MAX_BYTES = 256 * 1024;
export const DOCUMENTS_MAX = 1000;
/** No manifest nests deeper; checked on the text, before a parser that recurses sees it. */
const DEPTH_MAX = 32;

/** The parser compares every key of a mapping with every other: a budget, or 30,000 keys would take 10 seconds. */
const KEY_COMPARISONS_MAX = 500_000;

function uniqueKeysWithin(budget: number): (a: unknown, b: unknown) => boolean {
  let left = budget;
  return (a, b) => {
    left -= 1;
    if (left < 0) throw fault('invalid_manifest', 'a mapping holds too many keys', 'documents');
    return isScalar(a) && isScalar(b) && a.value === b.value;
  };
}

const YAML_OPTIONS = {
  version: '1.2',
  schema: 'core',
  stringKeys: true,
  prettyErrors: false,
  logLevel: 'silent',
} as const;

/** One document, checked in form only. `spec` is null where the thing is to be retired. */
export type Manifest = {
  [K in ResourceKind]: {
    kind: K;
    name: string;
    spec: ManifestSpecs[K] | null;
    /** Where it came from, for messages: `documents[2]`. */
    path: string;
  };
}[ResourceKind];

const fault = (code: ErrorCode, message: string, path: string): MunimentError =>
  new MunimentError(code, message, { path });

/** `documents[2].spec.keys[0].type` */
const pathText = (root: string, path: readonly PropertyKey[]): string =>
  path.reduce<string>(
    (text, step) => (typeof step === 'number' ? `${text}[${step}]` : `${text}.${String(step)}`),
    root,
  );

/** The first fault, unknown keys before all else: they say most about what was meant. */
function faultOf(issues: z.core.$ZodIssue[], root: string): MunimentError {
  const unknown = issues.find((issue) => issue.code === 'unrecognized_keys');
  if (unknown) {
    const path = pathText(root, [...unknown.path, unknown.keys[0] as string]);
    return fault('unknown_key', `unknown key \`${path}\``, path);
  }
  const [issue] = issues as [z.core.$ZodIssue];
  const path = pathText(root, issue.path);
  const code = issue.message === NAME_FAULT ? 'invalid_name' : 'invalid_manifest';
  return fault(code, `\`${path}\`: ${sentence(issue.message)}`, path);
}

const Envelope = z.looseObject({ apiVersion: z.literal(API_VERSION), kind: z.enum(RESOURCE_KINDS) });

const declares = <K extends ResourceKind>(kind: K) =>
  z.strictObject({ apiVersion: z.literal(API_VERSION), kind: z.literal(kind), name, spec: SPECS[kind] });

const Retires = z.strictObject({
  apiVersion: z.literal(API_VERSION),
  kind: z.enum(RESOURCE_KINDS),
  name,
  retire: z.literal(true),
});

function parsed<T>(schema: z.ZodType<T>, value: unknown, path: string): T {
  const result = schema.safeParse(value);
  if (!result.success) throw faultOf(result.error.issues, path);
  return result.data;
}

function manifestOf(value: unknown, path: string): Manifest {
  const { kind, ...rest } = parsed(Envelope, value, path);
  if ('retire' in rest) {
    const { name } = parsed(Retires, value, path);
    return { kind, name, spec: null, path } as Manifest;
  }
  const { name, spec } = parsed(declares(kind), value, path);
  return { kind, name, spec, path } as Manifest;
}

/** Counts what opens a level: brackets in flow style, indentation in block style. Over-counts rather than under. */
function checkDepth(text: string): void {
  let open = 0;
  for (const character of text) {
    if (character === '[' || character === '{') open += 1;
    else if (character === ']' || character === '}') open = Math.max(0, open - 1);
    if (open > DEPTH_MAX)
      throw fault('invalid_manifest', `manifests nest deeper than ${DEPTH_MAX}`, 'documents');
  }
  if (/^(?:[-?] ?){33}/m.test(text.replace(/^[ \t]+/gm, '')))
    throw fault('invalid_manifest', `manifests nest deeper than ${DEPTH_MAX}`, 'documents');
}

function documentsOf(text: string): Document[] {
  if (Buffer.byteLength(text) > MANIFESTS_MAX_BYTES)
    throw fault('body_too_large', `manifests are longer than ${MANIFESTS_MAX_BYTES} bytes`, 'documents');
  checkDepth(text);
  try {
    const uniqueKeys = uniqueKeysWithin(KEY_COMPARISONS_MAX);
    return readYaml(text, DOCUMENTS_MAX, { ...YAML_OPTIONS, uniqueKeys });
  } catch (error) {
    if (!(error instanceof YamlGivenUp)) throw error;
    const what = error.why === 'documents' ? `more than ${DOCUMENTS_MAX} documents` : 'this is not YAML';
    throw fault('invalid_manifest', what, 'documents');
  }
}

/** Plain data of one document; undefined where it is empty. Aliases are refused: they can make little text into much. */
function dataOf(document: Document, path: string, text: string): unknown {
  const problem = document.errors[0] ?? document.warnings[0];
  if (problem) {
    const line = text.slice(0, problem.pos[0]).split('\n').length;
    throw fault('invalid_manifest', `\`${path}\`, line ${line}: ${sentence(problem.message)}`, path);
  }
  if (document.contents === null) return undefined;
  try {
    return document.toJS({ maxAliasCount: 0 });
  } catch {
    throw fault('invalid_manifest', `\`${path}\`: aliases are not supported`, path);
  }
}

const sentence = (message: string): string => message.charAt(0).toLowerCase() + message.slice(1);

function refuseTwice(manifests: Manifest[]): void {
  const seen = new Set<string>();
  for (const { kind, name, path } of manifests) {
    const key = `${kind} ${name}`;
    if (seen.has(key)) throw fault('invalid_manifest', `\`${path}\`: ${kind} \`${name}\` stands twice`, path);
    seen.add(key);
  }
}

/**
 * Reads YAML manifests, many documents in one text. Throws `unknown_key` with the key's path, `invalid_name`,
 * `body_too_large`, or `invalid_manifest` for everything else.
 */
export function parseManifests(text: string): Manifest[] {
  const manifests: Manifest[] = [];
  for (const [index, document] of documentsOf(text).entries()) {
    const path = `documents[${index}]`;
    const value = dataOf(document, path, text);
    if (value !== undefined) manifests.push(manifestOf(value, path));
  }
  if (manifests.length === 0) throw fault('invalid_manifest', 'there is no document', 'documents');
  refuseTwice(manifests);
  return manifests;
}

/** Manifests as text that `parseManifests` reads back alike. */
export const printManifests = (manifests: ReadonlyArray<Omit<Manifest, 'path'>>): string =>
  manifests
    .map(({ kind, name, spec }) => ({
      apiVersion: API_VERSION,
      kind,
      name,
      ...(spec ? { spec } : { retire: true }),
    }))
    .map((document) =>
      stringify(document, { version: '1.2', schema: 'core', lineWidth: 0, aliasDuplicateObjects: false }),
    )
    .join('---\n');
