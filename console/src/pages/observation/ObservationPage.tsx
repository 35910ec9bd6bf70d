import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { Unlink } from 'lucide-react';
import { type ReactNode, useState } from 'react';
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
import { formatNumber, plural, shorten, spelled, visible, words } from '../../lib/format.ts';
import { nameOf } from '../../lib/names.ts';
import { useWhen } from '../../lib/when.ts';
import { Decide } from '../unregistered/Decide.tsx';
import { MapPanel } from './Map.tsx';
import '../../components/lines.css';
import './observation.css';

const HOLDS_SHOWN = 8;
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

type Value = ObservationDetail['attributes'][string];

const MOMENT = /^\d{4}-\d{2}-\d{2}T[\d:.]+Z$/;

function textOf(value: Value): string {
  if (value === null) return 'none';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  return Array.isArray(value) ? value.join(', ') : String(value);
}

/** What it belongs to by its name, moments as people write them. */
function Told({ value, holder }: { value: Value; holder: ObservationBrief | null }) {
  if (holder && value === holder.key) return <Brief brief={holder} />;
  if (typeof value === 'string' && MOMENT.test(value)) return <Time value={value} exact />;
  return <span className="wrap-any">{visible(textOf(value))}</span>;
}

/** Each field, and the operation that told it. */
function Known({ seen }: { seen: ObservationDetail }) {
  const from = new Map(seen.provenance.flatMap((each) => each.fields.map((field) => [field, each])));
  return (
    <Panel title="What is known">
      <div className="stack">
        <Facts>
          {Object.entries(seen.attributes).map(([name, value]) => (
            <Fact key={name} term={spelled(name)}>
              <Told value={value} holder={seen.holder} />
              <span className="from wrap-any">{visible(from.get(name)?.operation ?? '')}</span>
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
      </div>
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
    <div className="stack">
      <Facts>
        <Fact term="Identity">
          {seen.identity && (
            <Link to="/identities/$id" params={{ id: seen.identity.id }}>
              {visible(nameOf(seen.identity))}
            </Link>
          )}
        </Fact>
        <Fact term="Decision">{seen.disposed && <Decided disposed={seen.disposed} />}</Fact>
        <Fact term="Held by">{seen.holder && <Brief brief={seen.holder} />}</Fact>
      </Facts>
      <Owners proposals={seen.proposals} />
      <Same group={seen.group} />
      <Holds seen={seen} />
    </div>
  </Panel>
);

const Decided = ({ disposed }: { disposed: NonNullable<ObservationDetail['disposed']> }) => (
  <span>
    {words(disposed.disposition)} until <Time value={disposed.until} />: {visible(disposed.reason)}
    {disposed.lapsed && ' (lapsed)'}
  </span>
);

/** A part of the panel that is left out where it has nothing to say. */
function Section({ title, items }: { title: string; items: ReactNode[] }) {
  if (items.length === 0) return null;
  return (
    <section className="stack-s" aria-label={title}>
      <h3>{title}</h3>
      <ul className="lines">{items}</ul>
    </section>
  );
}

const Owners = ({ proposals }: Pick<ObservationDetail, 'proposals'>) => (
  <Section
    title="Who may own it"
    items={proposals.map(({ owner, confidence, reason }) => (
      <li key={reason} className="block">
        <strong>{owner ? visible(nameOf(owner)) : 'Nobody who is enrolled'}</strong>
        <span className="second">
          {words(confidence)} confidence: {visible(reason)}
        </span>
      </li>
    ))}
  />
);

const Same = ({ group }: Pick<ObservationDetail, 'group'>) => (
  <Section
    title="The same thing elsewhere"
    items={group.map((brief) => (
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
  />
);

/** The first of them; the map and the inventory have the rest. */
function Holds({ seen: { holds, holdsMore } }: { seen: ObservationDetail }) {
  const more = holds.length - HOLDS_SHOWN + holdsMore;
  const items = holds.slice(0, HOLDS_SHOWN).map((brief) => (
    <li key={brief.key}>
      <span className="grow">
        <Brief brief={brief} />
        <span className="second">{visible(brief.kind ?? brief.class)}</span>
      </span>
    </li>
  ));
  const rest = <li key="more">and {formatNumber(more)} more: the map has them</li>;
  return <Section title="What it holds" items={more > 0 ? [...items, rest] : items} />;
}

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
