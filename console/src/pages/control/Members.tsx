import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { UsersRound } from 'lucide-react';
import { nameQuery } from '../../api/names.ts';
import type { Control, Verdict } from '../../api/types.ts';
import { type Column, DataTable } from '../../components/DataTable.tsx';
import { Empty } from '../../components/Empty.tsx';
import { EntryLink } from '../../components/EntryLink.tsx';
import { Select } from '../../components/Filters.tsx';
import { Panel } from '../../components/Panel.tsx';
import { VERDICTS, VerdictBadge } from '../../components/status.tsx';
import { plural, visible } from '../../lib/format.ts';
import { linkOf } from '../../lib/links.ts';

type Member = NonNullable<Control['members']>[number];

const route = getRouteApi('/house/evidence/$control');
const ORDER = Object.keys(VERDICTS) as Verdict[];
const CHOICES = ORDER.map((value) => ({ value, label: VERDICTS[value].word }));

/** A thing of ours by its name; everything else as the test named it. */
function Name({ member }: { member: string }) {
  const link = linkOf(member);
  const known = useQuery({ ...nameQuery(member), enabled: link !== undefined }).data;
  const name = (
    <span className="name" title={member}>
      {visible(known ?? member)}
    </span>
  );
  return link ? <Link {...link}>{name}</Link> : name;
}

const COLUMNS: Array<Column<Member>> = [
  {
    header: 'Member',
    cell: ({ member }) => <Name member={member} />,
    width: '30%',
    text: ({ member }) => member,
  },
  {
    header: 'Verdict',
    cell: ({ verdict }) => <VerdictBadge value={verdict} />,
    width: '14%',
    text: ({ verdict }) => verdict,
  },
  {
    header: 'Why',
    cell: ({ why }) => (
      <span className="clamp" title={why}>
        {visible(why)}
      </span>
    ),
    text: ({ why }) => why,
  },
  {
    header: 'Rests on',
    cell: ({ entry }) =>
      entry === undefined ? <span className="muted">no one entry</span> : <EntryLink index={entry} />,
    width: '13%',
    text: ({ entry }) => String(entry ?? ''),
  },
];

/** The whole population, deviations first: a control is only as good as the list that it was tested over. */
export function Members({ members }: { members: Member[] }) {
  const { verdict } = route.useSearch();
  const navigate = route.useNavigate();
  const shown = ORDER.flatMap((each) => members.filter((member) => member.verdict === each)).filter(
    (member) => verdict === undefined || member.verdict === verdict,
  );
  return (
    <>
      <search className="filters">
        <Select
          label="Verdict"
          value={verdict}
          options={CHOICES}
          onChange={(value) =>
            void navigate({ search: (now) => ({ ...now, verdict: value }), replace: true })
          }
        />
      </search>
      <Panel
        title="Members"
        padded={false}
        aside={<span className="aside">{plural(members.length, 'member')}</span>}
      >
        {shown.length === 0 ? (
          <Empty
            icon={UsersRound}
            title={members.length === 0 ? 'The population is empty' : 'No member has this verdict'}
          >
            <p>
              What was not seen in the period is not in the list; the clauses say what could not be looked at.
            </p>
          </Empty>
        ) : (
          <DataTable
            table="members"
            caption="Members of the population"
            columns={COLUMNS}
            rows={shown}
            rowKey={({ member, entry }) => `${member} ${entry}`}
          />
        )}
      </Panel>
    </>
  );
}
