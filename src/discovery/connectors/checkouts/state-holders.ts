import { textOf } from '../../formats/documents.ts';
import type { Instance } from './state-document.ts';

/** How a credential names the resource that it belongs to: by one of `by`, as one of that resource's `having`. */
interface Reference {
  by: string[];
  type: string;
  having: string[];
  /** Attributes by which the resource's own observation is known; the first that is there. */
  gives: string[];
}

const APPLICATION_ID = ['client_id', 'application_id'];
const OBJECT_ID = ['id', 'object_id'];
const REFERENCES = new Map<string, Reference>([
  [
    'aws_iam_access_key',
    { by: ['user'], type: 'aws_iam_user', having: ['name'], gives: ['unique_id', 'arn'] },
  ],
  [
    'azuread_application_password',
    {
      by: ['application_id', 'application_object_id'],
      type: 'azuread_application',
      having: OBJECT_ID,
      gives: APPLICATION_ID,
    },
  ],
  [
    'azuread_service_principal_password',
    {
      by: ['service_principal_id'],
      type: 'azuread_service_principal',
      having: OBJECT_ID,
      gives: APPLICATION_ID,
    },
  ],
]);

const firstOf = ({ values }: Instance, names: string[]): string | undefined =>
  names.map((name) => textOf(values[name])).find((value) => value !== undefined && value !== '');

const nameOf = (type: string, value: string): string => `${type}\0${value}`;

/** Finds what a credential belongs to among the instances of its own state; undefined where it is managed elsewhere. */
export function holdersOf(instances: Instance[]): (instance: Instance) => string | undefined {
  const known = new Map<string, string>();
  for (const { type, having, gives } of REFERENCES.values())
    for (const instance of instances.filter((each) => each.type === type)) {
      const given = firstOf(instance, gives);
      for (const value of having.flatMap((name) => textOf(instance.values[name]) ?? []))
        if (given !== undefined) known.set(nameOf(type, value), given);
    }
  return (instance) => {
    const reference = REFERENCES.get(instance.type);
    const named = reference && firstOf(instance, reference.by);
    return named === undefined ? undefined : known.get(nameOf(reference?.type ?? '', named));
  };
}
