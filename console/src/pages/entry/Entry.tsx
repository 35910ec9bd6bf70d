import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { ArrowLeft, ArrowRight } from 'lucide-react';
import { entryQuery } from '../../api/queries.ts';
import type { Entry as Data } from '../../api/types.ts';
import { Code } from '../../components/Code.tsx';
import { Loaded } from '../../components/Loaded.tsx';
import { Notice } from '../../components/Notice.tsx';
import { Page } from '../../components/Page.tsx';
import { Panel } from '../../components/Panel.tsx';
import { formatNumber, words } from '../../lib/format.ts';
import { Judged } from './Judged.tsx';
import { LeafFacts } from './LeafFacts.tsx';
import { Proof } from './Proof.tsx';
import './entry.css';
import '../../components/button.css';

const route = getRouteApi('/house/ledger/$index');

export function Entry() {
  const { index } = route.useParams();
  const query = useQuery(entryQuery(index));
  return (
    <Page
      title={`Entry ${formatNumber(Number(index))}`}
      within={<Link to="/ledger">Ledger</Link>}
      lead={query.data && words(query.data.kind)}
      actions={<Neighbours index={Number(index)} size={query.data && sizeOf(query.data)} />}
    >
      <Loaded query={query}>
        {(entry) => (
          <div className="columns">
            <div className="stack">
              <Judged entry={entry} />
              <Proof entry={entry} />
              <Body entry={entry} />
            </div>
            <LeafFacts entry={entry} />
          </div>
        )}
      </Loaded>
    </Page>
  );
}

/** The second line of a checkpoint is the tree's size; only for the way to the next entry. */
const sizeOf = ({ checkpoint }: Data): number => Number(checkpoint.split('\n')[1]);

function Neighbours({ index, size }: { index: number; size: number | undefined }) {
  return (
    <>
      {index > 0 && (
        <Link to="/ledger/$index" params={{ index: String(index - 1) }} className="button button-plain">
          <ArrowLeft size={15} aria-hidden /> Before
        </Link>
      )}
      {size !== undefined && index + 1 < size && (
        <Link to="/ledger/$index" params={{ index: String(index + 1) }} className="button button-plain">
          After <ArrowRight size={15} aria-hidden />
        </Link>
      )}
    </>
  );
}

function pretty(body: string): string {
  try {
    return JSON.stringify(JSON.parse(body), null, 2);
  } catch {
    return body;
  }
}

const Body = ({ entry: { body } }: { entry: Data }) => (
  <Panel title="Body">
    {body === null ? (
      <Notice>
        The body is erased after retention, or not for your roles. The leaf’s facts stand, and so does its
        proof.
      </Notice>
    ) : (
      <Code label="Body of this entry">{pretty(body)}</Code>
    )}
  </Panel>
);
