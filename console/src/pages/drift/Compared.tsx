import { CircleCheck, CircleMinus, CirclePlus, Pencil } from 'lucide-react';
import type { ReactNode } from 'react';
import type { Drift } from '../../api/types.ts';
import { Badge } from '../../components/Badge.tsx';
import { type Column, DataTable } from '../../components/DataTable.tsx';
import { Empty } from '../../components/Empty.tsx';
import { EntryLink } from '../../components/EntryLink.tsx';
import { Panel } from '../../components/Panel.tsx';
import { formatNumber, plural, visible, words } from '../../lib/format.ts';
import { DiffTable } from '../change/DiffTable.tsx';
import { fieldOf } from '../change/diff.ts';
import '../change/change.css';

const WAYS = {
  missing: { tone: 'info', icon: CirclePlus, word: 'Declared, not in force' },
  undeclared: { tone: 'warn', icon: CircleMinus, word: 'In force, not declared' },
  differing: { tone: 'warn', icon: Pencil, word: 'Differs' },
} as const;

type Way = keyof typeof WAYS;
type Thing = Drift['missing'][number] & { way: Way };

/** `ControlOwner` → `Control owner`, as the navigation has it. */
const kindOf = ({ kind }: { kind: string }): string =>
  words(kind.replaceAll(/(?<=[a-z])[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`));

const COLUMNS: Array<Column<Thing>> = [
  {
    header: 'Name',
    cell: ({ name }) => (
      <span className="name" title={name}>
        {visible(name)}
      </span>
    ),
    width: '34%',
    text: ({ name }) => name,
  },
  { header: 'Kind', cell: kindOf, width: '16%', text: ({ kind }) => kind },
  {
    header: 'Drift',
    cell: ({ way }) => (
      <Badge tone={WAYS[way].tone} icon={WAYS[way].icon}>
        {WAYS[way].word}
      </Badge>
    ),
    width: '30%',
    text: ({ way }) => way,
  },
  {
    header: 'Rests on',
    cell: ({ entry }) =>
      entry === null ? <span className="muted">no entry yet</span> : <EntryLink index={entry} />,
    text: ({ entry }) => String(entry ?? ''),
  },
];

const thingsOf = (drift: Drift): Thing[] =>
  (Object.keys(WAYS) as Way[]).flatMap((way) => drift[way].map((thing) => ({ ...thing, way })));

/** Both ways in one list, what differs field by field, and how to bring them together. */
export function Compared({ drift, next }: { drift: Drift; next: ReactNode }) {
  const things = thingsOf(drift);
  const size = `compared at ${formatNumber(drift.size)} entries`;
  if (things.length === 0)
    return (
      <Panel title="No drift" padded={false}>
        <Empty icon={CircleCheck} title="What is declared is in force, and nothing else">
          <p>It was {size}.</p>
        </Empty>
      </Panel>
    );
  return (
    <>
      <Panel
        title={plural(things.length, 'difference')}
        padded={false}
        aside={<span className="aside">{size}</span>}
      >
        <DataTable
          table="drift"
          caption="Drift"
          columns={COLUMNS}
          rows={things}
          rowKey={({ way, kind, name }) => `${way} ${kind} ${name}`}
        />
      </Panel>
      {drift.differing.length > 0 && <Differing items={drift.differing} />}
      <Together drift={drift} next={next} />
    </>
  );
}

const Differing = ({ items }: { items: Drift['differing'] }) => (
  <Panel title="Field by field" padded={false} aside={<span className="aside">− in force, + declared</span>}>
    <ol className="steps">
      {items.map((item) => (
        <li key={`${item.kind} ${item.name}`} className="step">
          <h3 className="step-title">
            <span className="second">{kindOf(item)}</span>
            <span className="name" title={item.name}>
              {visible(item.name)}
            </span>
          </h3>
          <DiffTable
            caption={`${kindOf(item)} ${visible(item.name)}`}
            fields={item.fields.map(({ field, inForce, declared }) => fieldOf(field, inForce, declared))}
          />
        </li>
      ))}
    </ol>
  </Panel>
);

const Together = ({ drift: { missing, differing, undeclared }, next }: { drift: Drift; next: ReactNode }) => (
  <Panel title="How to bring them together">
    <div className="stack">
      {missing.length + differing.length > 0 && (
        <>
          <p className="prose">
            If the manifests are right, propose them: you see the plan, somebody else signs it, and it is
            applied exactly so.
          </p>
          <div className="row">{next}</div>
        </>
      )}
      {undeclared.length > 0 && (
        <p className="prose">
          What is in force and not declared was dropped from the manifests, or never written down. Write it
          down, or retire it: declare it with <code>retire: true</code> and propose that.
        </p>
      )}
    </div>
  </Panel>
);
