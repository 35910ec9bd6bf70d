import { basename } from 'node:path';
import type { Opening } from '../../contract.ts';
import type { HostObserved, Personal } from '../../files/observed.ts';
import type { Reader } from '../../files/reader.ts';
import type { FileScene } from '../../files/scene.ts';

/** A path into somebody's home stands in a setting now and then, and names them. */
const HOME = /(?:^|[\s=:"'])\/(?:home|Users)\/[^/\s]/;
/** So does an address of mail. */
const MAIL = /[^\s@/]{1,64}@[^\s@/]{1,255}\.[a-z]{2}/i;

/** A name or a path of a checkout, kept from sight where it names a person. */
export const told = (text: string): string | Personal =>
  HOME.test(text) || MAIL.test(text) ? { personal: text } : text;

/** What the readers of files need, for one repository; paths are told from its own root on. */
export const sceneOf = (reader: Reader, opening: Opening): FileScene => ({
  reader,
  fingerprint: opening.fingerprint,
  whose: (repository) => ({ repository }),
  told: (_, text) => told(text),
});

/** Repositories are known by the name of their folder; the partition holds where it is. */
export const repositoryName = (path: string): string => basename(path);

/** Of a checkout they tell of the last `git clone`, or cannot be told: the history has what is to be known. */
const NOT_OF_A_CHECKOUT: ReadonlySet<string> = new Set([
  'created',
  'modified',
  'lastUsed',
  'mode',
  'othersMayRead',
]);

/** What a reader saw, without what cannot be told of a file in a checkout. */
export function inCheckout(item: HostObserved): HostObserved {
  const attributes = Object.entries(item.attributes).filter(
    ([name, value]) => !NOT_OF_A_CHECKOUT.has(name) && !(name === 'expires' && value === null),
  );
  const { file } = item.attributes;
  const stored = item.class === 'exposure' || item.class === 'credential';
  const location = stored && file !== undefined ? [['location', file] as const] : [];
  return { ...item, attributes: Object.fromEntries([...attributes, ...location]) };
}
