import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { controlsQuery } from '../../api/queries.ts';
import type { Control as Judged } from '../../api/types.ts';
import { Fact, Facts } from '../../components/Facts.tsx';
import { Loaded } from '../../components/Loaded.tsx';
import { Notice } from '../../components/Notice.tsx';
import { Page } from '../../components/Page.tsx';
import { Panel } from '../../components/Panel.tsx';
import { Skeleton } from '../../components/Skeleton.tsx';
import { VERDICTS, VerdictBadge } from '../../components/status.tsx';
import { formatNumber, formatTime, visible } from '../../lib/format.ts';
import { useWhen } from '../../lib/when.ts';
import { periodIn } from '../evidence/period.ts';
import { History } from './History.tsx';
import { Members } from './Members.tsx';
import '../../components/lines.css';

const route = getRouteApi('/house/evidence/$control');

/** One control over a period: what it demands, how each clause fared, and every member of its population. */
export function Control() {
  const { control: id } = route.useParams();
  const period = periodIn(route.useSearch());
  const query = useQuery(controlsQuery({ ...useWhen(), ...period }));
  const control = query.data?.controls.find((each) => each.id === id);
  return (
    <Page
      title={control ? control.title : id}
      within={
        <Link to="/evidence" search={period}>
          Evidence
        </Link>
      }
      badges={control && <VerdictBadge value={control.verdict} />}
      lead={control?.statement}
    >
      <Loaded query={query} skeleton={<Skeleton lines={10} label="Testing the control" />}>
        {(data) => (control ? <Content control={control} period={data.period} /> : <NoSuch />)}
      </Loaded>
    </Page>
  );
}

const NoSuch = () => (
  <Notice tone="warn">
    <p>
      The catalogue has no such control. <Link to="/evidence">See all controls</Link>.
    </p>
  </Notice>
);

const Content = ({ control, period }: { control: Judged; period: { from: string; to: string } }) => (
  <>
    <div className="columns">
      <Clauses control={control} />
      <Panel title="Over the period">
        <Facts>
          <Fact term="Control">
            <code>{control.id}</code>
          </Fact>
          <Fact term="From">{formatTime(period.from)}</Fact>
          <Fact term="Up to">{formatTime(period.to)}</Fact>
          <Fact term="Population">
            {control.population === null ? 'unknown' : formatNumber(control.population)}
          </Fact>
          <Fact term="Deviations">{formatNumber(control.deviations)}</Fact>
          <Fact term="Exceptions">{formatNumber(control.exceptions)}</Fact>
          <Fact term="Criteria">{control.tsc.join(', ')}</Fact>
        </Facts>
      </Panel>
    </div>
    <History changes={control.history ?? []} />
    <Members members={control.members ?? []} />
  </>
);

const Clauses = ({ control }: { control: Judged }) => (
  <Panel title="Clauses" aside={<span className="aside">{VERDICTS[control.verdict].means}</span>}>
    <ul className="lines">
      {(control.clauses ?? [{ clause: control.id, verdict: control.verdict, why: control.why }]).map(
        ({ clause, verdict, why }) => (
          <li key={clause}>
            <span className="grow">
              <strong className="wrap-any">{visible(clause)}</strong>
              <span className="second clamp" title={why}>
                {visible(why)}
              </span>
            </span>
            <VerdictBadge value={verdict} />
          </li>
        ),
      )}
    </ul>
  </Panel>
);
