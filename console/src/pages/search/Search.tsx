import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { Search as SearchIcon } from 'lucide-react';
import { checkCredential, type Presented } from '../../api/actions.ts';
import { entryQuery, identitiesQuery, observationsQuery, personsQuery } from '../../api/queries.ts';
import { Empty } from '../../components/Empty.tsx';
import { labelOf } from '../../components/observation.tsx';
import { Page } from '../../components/Page.tsx';
import { CredentialBadge, IdentityStateBadge } from '../../components/status.tsx';
import { formatNumber, formatTime, visible, words } from '../../lib/format.ts';
import { nameOf } from '../../lib/names.ts';
import { Hit, Hits } from './Hits.tsx';
import { credentialIn, entryIn } from './named.ts';

const route = getRouteApi('/house/search');
const HITS_MAX = 8;

/** One search through identities, people, entries, credentials and what was seen. */
export function Search() {
  const { everything: text = '' } = route.useSearch();
  const entry = entryIn(text);
  const credential = credentialIn(text);
  return (
    <Page
      title="Search"
      lead={
        text === ''
          ? 'Through all of the house, from the field above.'
          : `“${visible(text)}”, through all of the house.`
      }
    >
      {text === '' ? (
        <Empty icon={SearchIcon} title="What are you looking for?">
          <p>A name or purpose, a path, an entry’s number, or a credential’s serial number or jti.</p>
        </Empty>
      ) : (
        <>
          {entry !== undefined && <Entries index={entry} />}
          {credential !== undefined && <Credentials credential={credential} />}
          <Identities q={text} />
          <People q={text} />
          <Observations q={text} />
        </>
      )}
    </Page>
  );
}

function Entries({ index }: { index: string }) {
  const query = useQuery({ ...entryQuery(index), retry: false });
  const items = query.isError ? [] : query.data && [query.data];
  return (
    <Hits title="Entries" query={query} items={items} refused="The ledger has no such entry">
      {(entry) => (
        <Hit key={entry.index} says={`${entry.kind}, ${formatTime(entry.time)}`}>
          <Link to="/ledger/$index" params={{ index: String(entry.index) }}>
            Entry {formatNumber(entry.index)}
          </Link>
        </Hit>
      )}
    </Hits>
  );
}

function Credentials({ credential }: { credential: Presented }) {
  const query = useQuery({ queryKey: ['check', credential], queryFn: () => checkCredential(credential) });
  return (
    <Hits title="Credentials" query={query} items={query.data && [query.data]}>
      {({ entry, identity, state, why }) => (
        <Hit key="credential" says={why} badge={<CredentialBadge value={state} />}>
          {entry === null ? (
            'Not issued here'
          ) : (
            <Link to="/ledger/$index" params={{ index: String(entry) }}>
              Grant of entry {formatNumber(entry)}
              {identity && `, to ${visible(nameOf(identity))}`}
            </Link>
          )}
        </Hit>
      )}
    </Hits>
  );
}

function Identities({ q }: { q: string }) {
  const query = useQuery(identitiesQuery({ q, limit: HITS_MAX }));
  const more = query.data?.next ? (
    <Link to="/identities" search={{ q }}>
      Show all of them
    </Link>
  ) : undefined;
  return (
    <Hits title="Identities" query={query} items={query.data?.items} more={more}>
      {({ id, name, purpose, state }) => (
        <Hit key={id} says={purpose} badge={<IdentityStateBadge value={state} />}>
          <Link to="/identities/$id" params={{ id }}>
            {visible(name)}
          </Link>
        </Hit>
      )}
    </Hits>
  );
}

function People({ q }: { q: string }) {
  const query = useQuery(personsQuery({}));
  const sought = q.toLowerCase();
  const items = query.data?.items.filter(({ id, name, displayName }) =>
    `${name} ${displayName} ${id}`.toLowerCase().includes(sought),
  );
  return (
    <Hits title="People" query={query} items={items?.slice(0, HITS_MAX)}>
      {({ id, name, displayName, roles, status }) => (
        <Hit key={id} says={`${status}; ${roles.join(', ') || 'no roles'}`}>
          <Link to="/people" search={name ? { q: name } : {}}>
            {visible(displayName ?? name ?? id)}
          </Link>
        </Hit>
      )}
    </Hits>
  );
}

function Observations({ q }: { q: string }) {
  const query = useQuery(observationsQuery({ q, limit: HITS_MAX }));
  const more = query.data?.next ? (
    <Link to="/found" search={{ q }}>
      Show all of them
    </Link>
  ) : undefined;
  return (
    <Hits title="What sweeps saw" query={query} items={query.data?.items} more={more}>
      {(seen) => (
        <Hit
          key={`${seen.source} ${seen.key}`}
          says={`${words(seen.class)}, ${seen.present ? 'there now' : 'gone'}`}
        >
          <Link to="/ledger/$index" params={{ index: String(seen.entry) }}>
            {visible(labelOf(seen))}
          </Link>
        </Hit>
      )}
    </Hits>
  );
}
