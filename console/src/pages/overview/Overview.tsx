import { useQuery } from '@tanstack/react-query';
import { overviewQuery } from '../../api/queries.ts';
import type { Overview as Data } from '../../api/types.ts';
import { Loaded } from '../../components/Loaded.tsx';
import { Page } from '../../components/Page.tsx';
import { Skeleton } from '../../components/Skeleton.tsx';
import { Answers } from './Answers.tsx';
import { Attention } from './Attention.tsx';
import { Controls } from './Controls.tsx';
import { Figures } from './Figures.tsx';
import { FoundSoFar } from './FoundSoFar.tsx';
import './overview.css';
import { useWhen } from '../../lib/when.ts';

/** What holds, what needs a person, and what was found: the page to start a day or an audit with. */
export function Overview() {
  const query = useQuery(overviewQuery(useWhen()));
  return (
    <Page
      title="Overview"
      lead="What holds, what needs a person, and what was found where it was looked for."
    >
      <Loaded query={query} skeleton={<Skeleton lines={14} label="Loading the overview" />}>
        {(data) => <Content data={data} />}
      </Loaded>
    </Page>
  );
}

function Content({ data }: { data: Data }) {
  return (
    <>
      <Figures data={data} />
      <Answers posture={data.posture} />
      <div className="columns overview-columns">
        <Controls controls={data.controls} />
        <div className="stack">
          <Attention items={data.attention} />
          <FoundSoFar byClass={data.found.byClass} />
        </div>
      </div>
    </>
  );
}
