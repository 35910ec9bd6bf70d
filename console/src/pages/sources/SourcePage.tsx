import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { PlugZap, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { removeSource, testSource } from '../../api/actions.ts';
import { sourcesQuery, sourceTypesQuery } from '../../api/queries.ts';
import type { Source, SourceTest, SourceType } from '../../api/types.ts';
import { Button } from '../../components/Button.tsx';
import { Fact, Facts } from '../../components/Facts.tsx';
import { Loaded } from '../../components/Loaded.tsx';
import { Notice, ProblemNotice } from '../../components/Notice.tsx';
import { Page } from '../../components/Page.tsx';
import { Panel } from '../../components/Panel.tsx';
import { ReasonDialog } from '../../components/ReasonDialog.tsx';
import { SweepBadge } from '../../components/status.tsx';
import { Time } from '../../components/Time.tsx';
import { formatSeconds, plural, visible } from '../../lib/format.ts';
import { Completeness } from './Completeness.tsx';
import { SweepNow } from './Sources.tsx';
import './sources.css';

const route = getRouteApi('/house/sources/$source');

/** One source: what each partition's last sweep read and did not, what it may call, and where its secrets are kept. */
export function SourcePage() {
  const { source: name } = route.useParams();
  const query = useQuery(sourcesQuery);
  const source = query.data?.items.find((each) => each.source === name);
  return (
    <Page
      title={visible(name)}
      within={<Link to="/sources">Sources</Link>}
      badges={source?.verdict && <SweepBadge value={source.verdict} />}
      lead={source?.title}
      actions={source && <SweepNow source={source} />}
    >
      <Loaded query={query}>
        {() =>
          source ? (
            <Content source={source} />
          ) : (
            <Notice tone="warn">
              <p>
                No source has this name. <Link to="/sources">See all sources</Link>.
              </p>
            </Notice>
          )
        }
      </Loaded>
    </Page>
  );
}

function Content({ source }: { source: Source }) {
  const type = useQuery(sourceTypesQuery).data?.items.find((each) => each.type === source.type);
  return (
    <>
      {source.sweeps.map((sweep) => (
        <Completeness key={sweep.partition} sweep={sweep} />
      ))}
      <div className="columns">
        <Panel title="How it is read" aside={source.builtIn ? undefined : <Remove source={source.source} />}>
          <Configured source={source} />
        </Panel>
        <Panel title="Try it">
          <Try source={source.source} />
        </Panel>
      </div>
      {type && <Operations type={type} />}
    </>
  );
}

const textOf = (value: unknown): string => {
  const isPlain = (each: unknown) => typeof each !== 'object' || each === null;
  if (Array.isArray(value) && value.every(isPlain)) return value.join(', ');
  return isPlain(value) ? String(value) : JSON.stringify(value);
};

const Configured = ({ source }: { source: Source }) => (
  <Facts>
    <Fact term="Swept">
      {source.everySeconds === null ? 'only when asked' : `every ${formatSeconds(source.everySeconds)}`}
    </Fact>
    <Fact term="Next">{source.next && <Time value={source.next} exact />}</Fact>
    <Fact term="Last whole">{source.lastComplete && <Time value={source.lastComplete} exact />}</Fact>
    {Object.entries(source.settings ?? {}).map(([name, value]) => (
      <Fact key={name} term={name}>
        <code className="wrap-any">{visible(textOf(value))}</code>
      </Fact>
    ))}
    {Object.entries(source.secrets).map(([name, place]) => (
      <Fact key={name} term={`Secret ${name}`}>
        {place.from === 'sealed'
          ? 'sealed here'
          : place.from === 'file'
            ? 'in a file of the server'
            : 'in the server’s environment'}
      </Fact>
    ))}
  </Facts>
);

function Remove({ source }: { source: string }) {
  const [open, setOpen] = useState(false);
  const queryClient = useQueryClient();
  const navigate = route.useNavigate();
  const remove = useMutation({
    mutationFn: (reason: string) => removeSource(source, reason),
    onSuccess: async () => {
      await queryClient.invalidateQueries();
      await navigate({ to: '/sources' });
    },
  });
  return (
    <>
      <Button look="quiet" icon={Trash2} onClick={() => setOpen(true)}>
        Remove
      </Button>
      {open && (
        <ReasonDialog
          title={`Read ${visible(source)} no more?`}
          says="What it told stays, and is not swept again. Its sealed secrets are deleted."
          action="Remove it"
          icon={Trash2}
          working={remove}
          onReason={(reason) => remove.mutate(reason)}
          onClose={() => setOpen(false)}
        />
      )}
    </>
  );
}

function Try({ source }: { source: string }) {
  const attempt = useMutation({ mutationFn: () => testSource(source) });
  return (
    <div className="tried">
      <p className="second">Reads the first page of each listing and records nothing.</p>
      <div>
        <Button icon={PlugZap} busy={attempt.isPending} onClick={() => attempt.mutate()}>
          Test
        </Button>
      </div>
      {attempt.isError && <ProblemNotice error={attempt.error} />}
      {attempt.data && <Tried test={attempt.data} />}
    </div>
  );
}

function Tried({ test: { failed, partitions } }: { test: SourceTest }) {
  if (failed !== null)
    return (
      <Notice tone="warn">
        <p>It could not be opened: {visible(failed)}</p>
      </Notice>
    );
  const listings = partitions.flatMap(({ partition, listings }) =>
    listings.map((listing) => ({ partition, ...listing })),
  );
  const bad = listings.filter(({ ok }) => !ok);
  return (
    <div role="status">
      <p>
        {listings.length - bad.length} of {plural(listings.length, 'listing')} can be read.
      </p>
      <ul className="lines">
        {bad.map(({ partition, listing, why, privileges }) => (
          <li key={`${partition} ${listing}`} className="block">
            <strong>{visible(`${listing} of ${partition}`)}</strong>
            <span className="second wrap-any">
              {visible(why)}; it takes {visible(privileges.join(', '))}
            </span>
          </li>
        ))}
      </ul>
    </div>
  );
}

const Operations = ({ type }: { type: SourceType }) => (
  <Panel
    title="What it may call"
    aside={<span className="aside">{plural(type.operations.length, 'operation')}</span>}
  >
    <details>
      <summary>Every operation, and the least right that allows it; it calls nothing else</summary>
      <ul className="lines">
        {type.operations.map(({ name, privilege, note }) => (
          <li key={name} className="block">
            <code className="wrap-any">{visible(name)}</code>
            <span className="second wrap-any">
              {visible(privilege)}
              {note && `. ${visible(note)}`}
            </span>
          </li>
        ))}
      </ul>
    </details>
  </Panel>
);
