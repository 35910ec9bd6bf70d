import type { Personal } from '../../files/observed.ts';
import type { FileRead } from '../../files/reader.ts';
import { told } from './scene.ts';
import { type Instance, readState } from './state-document.ts';
import { holdersOf } from './state-holders.ts';
import { type Facts, type FoundSecret, factsOf, isKnownType, secretsOf } from './state-types.ts';

export const isStateFile = (path: string): boolean =>
  /\.tfstate(?:\.[\d.]*backup|\.backup)?$/.test(path) || isShownJson(path);

/** `terraform show -json`, under the names that it is commonly kept. */
export const isShownJson = (path: string): boolean =>
  /(?:^|[/._-])(?:tf-?plan|tf-?state|plan|state)\.json$|\.(?:tfplan|tfstate)\.json$/i.test(path);

/** Such a file, or a state that was pulled, says so first; another `plan.json` is none of ours. */
export const SHOWN = /^\s*\{\s*"(?:format_version"|version":\s*4,\s*"terraform_version")/;

/** What went before: its secrets still stand there, but what it tells of the estate is over. */
const isBackup = (path: string): boolean => path.endsWith('backup');

/** One thing of a state, as the page holds it. */
export interface StateItem {
  address: string | Personal;
  module: unknown;
  type: string;
  place: string;
  form: string;
  current: boolean;
  facts: Record<string, string | Personal>;
  secrets: FoundSecret[];
}

/** People log in to the console; machines have no password there. */
const peopleOf = (instances: Instance[]): Set<unknown> =>
  new Set(
    instances.flatMap(({ type, values }) => (type === 'aws_iam_user_login_profile' ? [values.user] : [])),
  );

const PERSONAL_FACTS: ReadonlySet<string> = new Set(['arn', 'name', 'user']);

function markedFacts(facts: Facts, isPerson: boolean): StateItem['facts'] {
  const mark = ([name, value]: [string, string]) =>
    // A service account of Google is named by an address that looks like mail.
    [name, isPerson && PERSONAL_FACTS.has(name) ? { personal: value } : value] as const;
  return Object.fromEntries(Object.entries(facts).map(mark));
}

const PERSONAL_TYPES = /^aws_iam_(?:user|access_key|user_login_profile)$/;

const namesPerson = ({ type, values }: Instance, people: Set<unknown>): boolean =>
  PERSONAL_TYPES.test(type) &&
  [values.user, values.name].some((name) => people.has(name) || /@/.test(String(name ?? '')));

/** Everything of a state that is a secret, a credential or an identity. Throws `SourceError`. */
export function stateItems(file: FileRead): StateItem[] {
  const { form, instances } = readState(file.text);
  const [people, holderOf] = [peopleOf(instances), holdersOf(instances)];
  return instances.flatMap((instance) => {
    const { address, module, type } = instance;
    const [facts, secrets, holder] = [factsOf(instance), secretsOf(instance), holderOf(instance)];
    if (secrets.length === 0 && (!isKnownType(type) || Object.keys(facts).length === 0)) return [];
    const isPerson = namesPerson(instance, people);
    return [
      {
        address: isPerson ? { personal: address } : told(address),
        ...{ module, type, place: file.path, form, current: !isBackup(file.path) },
        facts: markedFacts(holder === undefined ? facts : { ...facts, holder }, isPerson),
        secrets,
      },
    ];
  });
}
