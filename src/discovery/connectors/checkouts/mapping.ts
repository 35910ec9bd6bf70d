import { defineListing, type Listing, type Observed } from '../../contract.ts';
import { asSeen } from '../../files/as-seen.ts';
import { KINDS } from './kinds.ts';
import { state } from './mapping-state.ts';
import { FOLDER, HEAD, LOG, READ } from './operations.ts';

export const REPOSITORIES = 'repositories';
export const OWNERS = 'owners';

/** A repository is a partition of its own; this says that the folder was looked through. */
const repositories = defineListing({
  listing: REPOSITORIES,
  about: 'repositories below the folder, each of which is a partition',
  operations: [FOLDER],
  shape: (marks) => marks.object({ path: marks.text() }),
  map: () => [],
});

const kinds = KINDS.map(({ listing, about }) =>
  defineListing({
    listing,
    about,
    operations: [READ, FOLDER],
    shape: asSeen,
    map: (item) => [item as Observed],
  }),
);

const owners = defineListing({
  listing: OWNERS,
  about: 'who answers for those files, by CODEOWNERS or else by the last commit',
  operations: [READ, FOLDER, HEAD, LOG],
  restsOn: KINDS.map(({ listing }) => listing),
  shape: asSeen,
  map: (item) => [item as Observed],
});

export const listings: Listing[] = [repositories, ...kinds, state, owners];

/** Those of a repository. */
export const OF_REPOSITORY = listings.map(({ listing }) => listing).filter((name) => name !== REPOSITORIES);
