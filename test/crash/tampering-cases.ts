/** Every way of looking, as the threat model names it. */
export type Finder =
  | '`muniment ledger verify --rows`'
  | '`muniment ledger verify`'
  | 'the server, at its start'
  | '`muniment ledger verify --checkpoint FILE`'
  | '`muniment ledger verify --rows --checkpoint FILE`';

interface Case<Name extends string> {
  name: Name;
  /** What each of them says; the place is in it wherever it can be known. */
  finds: Partial<Record<Finder, RegExp>>;
}

const ROWS = '`muniment ledger verify --rows`' as const;
const FOLDER = '`muniment ledger verify`' as const;
const START = 'the server, at its start' as const;
const KEPT = '`muniment ledger verify --checkpoint FILE`' as const;
const KEPT_ROWS = '`muniment ledger verify --rows --checkpoint FILE`' as const;

const of = <const Name extends string>(name: Name, finds: Case<Name>['finds']): Case<Name> => ({
  name,
  finds,
});

export const CASES = [
  of('a row edited', { [ROWS]: /^lock `lok_a` of entry 2: was edited$/ }),
  of('a row removed', { [ROWS]: /^credential `3` of entry 3: is missing$/ }),
  of('a row added', { [ROWS]: /^finding `fnd_x` of entry 7: follows from no entry$/ }),
  of("an entry's body edited", { [ROWS]: /^entry 40: its body is not the one that the leaf names$/ }),
  of("an entry's leaf edited", { [ROWS]: /^entry 40: its leaf does not hash to the stored leaf hash$/m }),
  of('an entry deleted from the middle', { [ROWS]: /^entry 40: is missing$/m }),
  of('a tile in the database changed', { [ROWS]: /^tile 0\/0: its hash 40 is not that of entry 40$/m }),
  of('a published tile changed', { [FOLDER]: /^tile\/0\/000: entry 40 does not hash to it$/m }),
  of('a published entry changed', { [FOLDER]: /^tile\/0\/000: entry \d+ does not hash to it$/m }),
  of('the tail cut off, in the database', {
    [START]: /has 304 entries, but the database has only 300/,
    [KEPT_ROWS]: /^checkpoint `kept`: has 304 entries; 300 to 303 are gone$/,
  }),
  of('an old backup restored', {
    [START]: /has 304 entries, but the database has only 154/,
    [KEPT_ROWS]: /^checkpoint `kept`: has 304 entries; 154 to 303 are gone$/,
  }),
  of('an entry replaced, and all hashes above it computed again', {
    [START]: /is over other entries than the first 304 of the database/,
    [KEPT_ROWS]: /^checkpoint `kept`: is over other entries than the first 304/m,
  }),
  of('two logs forked: the same key signs another tree', {
    [KEPT]: /^kept checkpoint: is over other entries than the first 304/m,
    [KEPT_ROWS]: /^checkpoint `kept`: is over other entries than the first 304/m,
  }),
];
