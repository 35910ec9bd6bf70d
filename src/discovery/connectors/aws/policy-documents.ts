import { SourceError } from '../../source-error.ts';

/** A policy as the provider stores it: one statement or many, each field one value or many. */
interface Stored {
  Effect?: unknown;
  Action?: unknown;
  NotAction?: unknown;
  Resource?: unknown;
  NotResource?: unknown;
  Principal?: unknown;
  NotPrincipal?: unknown;
  Condition?: unknown;
}

export interface ConditionLine {
  operator: string;
  key: string;
  values: string[];
}

/** A statement in one form, whatever way it was written. */
export interface Statement {
  effect: string;
  actions: string[];
  /** All actions but these. */
  butActions: string[];
  resources: string[];
  butResources: string[];
  conditions: ConditionLine[];
}

export interface TrustStatement {
  effect: string;
  actions: string[];
  /** `AWS`, `Service`, `Federated`, `CanonicalUser`; `all but` where the policy names who is not believed. */
  principals: Array<{ sort: string; name: string; account?: string }>;
  conditions: ConditionLine[];
}

const list = (value: unknown): unknown[] =>
  value === undefined || value === null ? [] : Array.isArray(value) ? value : [value];
const texts = (value: unknown): string[] => list(value).map(String);
const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * A document as IAM hands it out: JSON, percent-encoded (RFC 3986) by the provider.
 * @throws SourceError where it is none
 */
export function decodedDocument(document: unknown): Stored[] {
  try {
    const text = String(document);
    const parsed: unknown = JSON.parse(text.trimStart().startsWith('{') ? text : decodeURIComponent(text));
    if (isRecord(parsed)) return list(parsed.Statement).filter(isRecord);
  } catch {
    // Told below, in our words.
  }
  throw new SourceError('failed', 'a policy that is no JSON document');
}

function conditionsOf(condition: unknown): ConditionLine[] {
  if (!isRecord(condition)) return [];
  return Object.entries(condition).flatMap(([operator, keys]) =>
    Object.entries(isRecord(keys) ? keys : {}).map(([key, values]) => ({
      operator,
      key,
      values: texts(values),
    })),
  );
}

export const statementsOf = (document: Stored[]): Statement[] =>
  document.map((statement) => ({
    effect: String(statement.Effect),
    actions: texts(statement.Action),
    butActions: texts(statement.NotAction),
    resources: texts(statement.Resource),
    butResources: texts(statement.NotResource),
    conditions: conditionsOf(statement.Condition),
  }));

const ACCOUNT = /^(?:arn:[\w-]+:(?:iam|sts)::)?(\d{12})(?::|$)/;

/** The account is told apart from the name, which may be a person's. */
function principal(sort: string, name: string): TrustStatement['principals'][number] {
  const account = ACCOUNT.exec(name)?.[1];
  return { sort, name, ...(account === undefined ? {} : { account }) };
}

function principalsOf(stored: unknown, sort?: string): TrustStatement['principals'] {
  if (!isRecord(stored)) return texts(stored).map((name) => principal(sort ?? 'AWS', name));
  return Object.entries(stored).flatMap(([key, names]) =>
    texts(names).map((name) => principal(sort ?? key, name)),
  );
}

export const trustOf = (document: Stored[]): TrustStatement[] =>
  document.map((statement) => ({
    effect: String(statement.Effect),
    actions: texts(statement.Action),
    principals: [...principalsOf(statement.Principal), ...principalsOf(statement.NotPrincipal, 'all but')],
    conditions: conditionsOf(statement.Condition),
  }));
