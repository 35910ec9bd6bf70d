import { ATTRIBUTES, columnsIn, type MappingFile, ruleOf, type ValueRule } from './mapping-file.ts';

export type Row = Record<string, string>;
type Cell = { text: string } | { personal: string };

const TRUE = /^(?:true|yes|y|1)$/i;
const FALSE = /^(?:false|no|n|0)$/i;

/** A date alone is its beginning in UTC. What is no moment stays as it is, and breaks the shape. */
function asMoment(text: string): string {
  if (!/^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2}))?$/.test(text))
    return text;
  const at = new Date(text.length === 10 ? `${text}T00:00:00Z` : text.replace(' ', 'T'));
  return Number.isNaN(at.getTime()) ? text : at.toISOString();
}

const asTruth = (text: string): boolean | string =>
  TRUE.test(text) ? true : FALSE.test(text) ? false : text;

const includes = (names: readonly string[], name: string): boolean => names.includes(name);

function asAttribute(name: string, text: string, separator: string): unknown {
  if (includes(ATTRIBUTES.moment, name)) return asMoment(text);
  if (includes(ATTRIBUTES.truth, name)) return asTruth(text);
  if (!includes(ATTRIBUTES.list, name)) return { text };
  return text
    .split(separator)
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

function attributeOf(name: string, rule: ValueRule, row: Row, personal: ReadonlySet<string>): unknown {
  const { column, constant, emptyIsNone, separator } = ruleOf(rule);
  if (typeof constant === 'boolean') return constant;
  if (constant !== undefined) return asAttribute(name, constant, separator);
  const text = (row[column as string] ?? '').trim();
  if (text === '') return emptyIsNone ? null : undefined;
  return personal.has(column as string) ? { personal: text } : asAttribute(name, text, separator);
}

/** Each column for itself: two rows are never one thing because their cells run into each other. */
const idParts = (template: string, row: Row, personal: ReadonlySet<string>): Array<string | Cell> =>
  template
    .split(/(\{[^{}]+\})/)
    .filter((part) => part !== '')
    .map((part) => {
      const [column] = columnsIn(part);
      if (column === undefined) return { text: part };
      return personal.has(column) ? { personal: row[column] ?? '' } : { text: row[column] ?? '' };
    });

const filled = (template: string, row: Row): string =>
  template.replace(/\{([^{}]+)\}/g, (_, name: string) => row[name] ?? '');

/** One row by the rules of the mapping file: names of persons are marked, and columns that no rule speaks of stay behind. */
export function itemOf(mapping: MappingFile, row: Row, line: number) {
  const personal = new Set(mapping.personal);
  const label = mapping.label ?? mapping.naturalId;
  const rules = { ...mapping.attributes, ...mapping.ownAttributes };
  const attributes = Object.entries(rules).map(
    ([name, rule]) => [name, attributeOf(name, rule, row, personal)] as const,
  );
  return {
    line,
    class: mapping.class,
    naturalId: idParts(mapping.naturalId, row, personal),
    label: columnsIn(label).some((column) => personal.has(column))
      ? { personal: filled(label, row) }
      : { text: filled(label, row) },
    ...(mapping.holder === undefined ? {} : { holder: idParts(mapping.holder, row, personal) }),
    attributes: Object.fromEntries(attributes.filter(([, told]) => told !== undefined)),
  };
}
