import { type Detector, madeUpUse } from '../model.ts';

/** No state: a dead credential has one use too many at the first. */
type Nothing = Record<string, never>;

/** A use of a credential that a lock had killed before. Whether it was let in or not, somebody still holds it. */
export const lockedCredential: Detector<Nothing> = {
  name: 'locked-credential',
  about: (use) =>
    use.dead === null ? undefined : (use.identity ?? use.instance ?? `credential ${use.credential}`),
  start: () => ({}),
  step(state, use) {
    if (use.dead === null) return { state };
    const credential = use.credential === null ? 'a credential' : `the credential of entry ${use.credential}`;
    const outcome = use.outcome === 'success' ? 'let in' : 'refused';
    const departure = {
      expected: `no use of what ${use.dead} killed`,
      seen: `${credential} was used for \`${use.action}\` at ${use.at} and ${outcome}`,
      entries: [...(use.credential === null ? [] : [use.credential]), use.entry],
    };
    return { state, departure };
  },
  drill: (now) => [madeUpUse(now, { credential: 0, outcome: 'failure' })],
};
