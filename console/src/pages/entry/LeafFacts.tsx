import { Link } from '@tanstack/react-router';
import type { Entry } from '../../api/types.ts';
import { Copy } from '../../components/Copy.tsx';
import { Fact, Facts } from '../../components/Facts.tsx';
import { Panel } from '../../components/Panel.tsx';
import { Time } from '../../components/Time.tsx';
import { visible } from '../../lib/format.ts';
import { linkOf } from '../../lib/links.ts';
import { named } from '../../lib/names.ts';

interface Shown {
  subject?: string;
  actor?: string;
  body?: string;
}

function leafOf(text: string): Shown {
  try {
    return JSON.parse(text) as Shown;
  } catch {
    return {};
  }
}

/** What the leaf says in clear, and the ways on from there. */
export function LeafFacts({ entry }: { entry: Entry }) {
  const { subject = '', actor = '', body = '' } = leafOf(entry.leaf);
  return (
    <Panel title="Leaf">
      <Facts>
        <Fact term="Kind">
          <code>{entry.kind}</code>
        </Fact>
        <Fact term="Known since">
          <Time value={entry.time} exact />
        </Fact>
        <Fact term="About">
          <Thing id={subject} names={entry.names} />
        </Fact>
        <Fact term="By">
          <Thing id={actor} names={entry.names} />
        </Fact>
        <Fact term="Leaf hash">
          <Copy value={entry.leafHash} label="leaf hash" />
        </Fact>
        <Fact term="Body’s SHA-256">
          <Copy value={body} label="body hash" />
        </Fact>
      </Facts>
      <p className="then">
        <Link to="/" search={{ knownAt: String(entry.index + 1) }}>
          See the house as it was known then
        </Link>
      </p>
    </Panel>
  );
}

function Thing({ id, names }: { id: string; names: Entry['names'] }) {
  if (id === '') return <span className="muted">none</span>;
  const name = visible(named(id, names));
  const link = linkOf(id);
  return (
    <>
      {link ? <Link {...link}>{name}</Link> : name}
      {names[id] && (
        <span className="block">
          <Copy value={id} label="id" />
        </span>
      )}
      <Link to="/ledger" search={{ subject: id }} className="block">
        Every entry about it
      </Link>
    </>
  );
}
