import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { Unlink } from 'lucide-react';
import { useState } from 'react';
import { splitObservations } from '../../api/actions.ts';
import { observationQuery } from '../../api/queries.ts';
import type { ObservationBrief, ObservationDetail } from '../../api/types.ts';
import { Button } from '../../components/Button.tsx';
import { EntryLink } from '../../components/EntryLink.tsx';
import { Fact, Facts } from '../../components/Facts.tsx';
import { Loaded } from '../../components/Loaded.tsx';
import { labelOf } from '../../components/observation.tsx';
import { Page } from '../../components/Page.tsx';
import { Panel } from '../../components/Panel.tsx';
import { ReasonDialog } from '../../components/ReasonDialog.tsx';
import { Time } from '../../components/Time.tsx';
import { plural, shorten, visible, words } from '../../lib/format.ts';
import { nameOf } from '../../lib/names.ts';
import { useWhen } from '../../lib/when.ts';
import { Decide } from '../unregistered/Decide.tsx';
import { MapPanel } from './Map.tsx';
import '../../components/lines.css';

const route = getRouteApi('/house/observations/$key');

/** One thing that sweeps saw: what is known of it and by which call, what it is the same as, and how it hangs together. */
export function ObservationPage() {
  const { key } = route.useParams();
  const query = useQuery(observationQuery(key, useWhen()));
  const seen = query.data;
  return (
    <Page
      title={seen ? visible(labelOf(seen)) : 'Observation'}
      within={<Link to="/found">Inventory</Link>}
      lead={
        seen &&
        `${words(seen.class)} of ${visible(seen.source)}, ${visible(seen.partition)}${seen.present ? '' : ': gone'}`
      }
      actions={seen && seen.identity === null && seen.present ? <Decide observation={seen} /> : undefined}
    >
      <Loaded query={query}>{(seen) => <Content seen={seen} />}</Loaded>
    </Page>
  );
}

const Content = ({ seen }: { seen: ObservationDetail }) => (
  <>
    <div className="columns">
      <Known seen={seen} />
      <Belongs seen={seen} />
    </div>
    <MapPanel observation={seen.key} />
  </>
);

const textOf = (value: ObservationDetail['attributes'][string]): string =>
  value === null ? 'none' : Array.isArray(value) ? value.join(', ') : String(value);

/** Each field, and the operation that told it. */
function Known({ seen }: { seen: ObservationDetail }) {
  const from = new Map(seen.provenance.flatMap((each) => each.fields.map((field) => [field, each])));
  return (
    <Panel title="What is known">
      <Facts>
        {Object.entries(seen.attributes).map(([name, value]) => (
          <Fact key={name} term={words(name)}>
            <span className="wrap-any">{visible(textOf(value))}</span>
            <span className="second wrap-any"> {visible(from.get(name)?.operation ?? '')}</span>
          </Fact>
        ))}
        <Fact term="First seen">
          <Time value={seen.firstSeen} exact />
        </Fact>
        <Fact term="Changed">
          <Time value={seen.lastChanged} exact />
        </Fact>
        <Fact term="Record">
          <EntryLink index={seen.entry} />
        </Fact>
      </Facts>
      <details>
        <summary>
          {plural(new Set(seen.provenance.map(({ document }) => document)).size, 'page')} it comes from
        </summary>
        <ul className="lines">
          {seen.provenance.map(({ operation, document, fields }) => (
            <li key={`${operation} ${document}`} className="block">
              <code className="wrap-any">{visible(operation)}</code>
              <span className="second wrap-any">
                {shorten(document)}: {visible(fields.join(', '))}
              </span>
            </li>
          ))}
        </ul>
      </details>
    </Panel>
  );
}

const Brief = ({ brief }: { brief: ObservationBrief }) => (
  <Link to="/observations/$key" params={{ key: brief.key }} className="name">
    {visible(brief.label ?? brief.key)}
  </Link>
);

const Belongs = ({ seen }: { seen: ObservationDetail }) => (
  <Panel title="Whose it is">
    <Facts>
      <Fact term="Identity">
        {seen.identity && (
          <Link to="/identities/$id" params={{ id: seen.identity.id }}>
            {visible(nameOf(seen.identity))}
          </Link>
        )}
      </Fact>
      <Fact term="Decision">
        {seen.disposed && (
          <span>
            {words(seen.disposed.disposition)} until <Time value={seen.disposed.until} />:{' '}
            {visible(seen.disposed.reason)}
            {seen.disposed.lapsed && ' (lapsed)'}
          </span>
        )}
      </Fact>
      <Fact term="Held by">{seen.holder && <Brief brief={seen.holder} />}</Fact>
    </Facts>
    {seen.proposals.length > 0 && (
      <>
        <h3>Who may own it</h3>
        <ul className="lines">
          {seen.proposals.map(({ owner, confidence, reason }) => (
            <li key={reason} className="block">
              <strong>{owner ? visible(nameOf(owner)) : 'Nobody who is enrolled'}</strong>
              <span className="second">
                {words(confidence)} confidence: {visible(reason)}
              </span>
            </li>
          ))}
        </ul>
      </>
    )}
    {seen.group.length > 0 && (
      <>
        <h3>The same thing elsewhere</h3>
        <ul className="lines">
          {seen.group.map((brief) => (
            <li key={brief.key}>
              <span className="grow">
                <Brief brief={brief} />
                <span className="second wrap-any">
                  {visible(brief.source)}: {visible(brief.reason)}
                </span>
              </span>
              <Split a={brief.key} b={brief.with} />
            </li>
          ))}
        </ul>
      </>
    )}
    {seen.holds.length > 0 && (
      <>
        <h3>What it holds</h3>
        <ul className="lines">
          {seen.holds.map((brief) => (
            <li key={brief.key}>
              <span className="grow">
                <Brief brief={brief} />
                <span className="second">{visible(brief.kind ?? brief.class)}</span>
              </span>
            </li>
          ))}
          {seen.holdsMore > 0 && <li>and {seen.holdsMore} more</li>}
        </ul>
      </>
    )}
  </Panel>
);

function Split({ a, b }: { a: string; b: string }) {
  const [open, setOpen] = useState(false);
  const queryClient = useQueryClient();
  const split = useMutation({
    mutationFn: (reason: string) => splitObservations(a, b, reason),
    onSuccess: async () => {
      await queryClient.invalidateQueries();
      setOpen(false);
    },
  });
  return (
    <>
      <Button look="quiet" icon={Unlink} onClick={() => setOpen(true)}>
        Split
      </Button>
      {open && (
        <ReasonDialog
          title="These are two things?"
          says="They are not joined again by a later sweep."
          action="Split them"
          icon={Unlink}
          working={split}
          onReason={(reason) => split.mutate(reason)}
          onClose={() => setOpen(false)}
        />
      )}
    </>
  );
}
