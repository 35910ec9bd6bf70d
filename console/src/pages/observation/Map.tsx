import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { type KeyboardEvent, useEffect, useRef, useState } from 'react';
import { observationMapQuery } from '../../api/queries.ts';
import type { ObservationMap } from '../../api/types.ts';
import { Loaded } from '../../components/Loaded.tsx';
import { Notice } from '../../components/Notice.tsx';
import { Panel } from '../../components/Panel.tsx';
import { plural, shorten, spelled, visible } from '../../lib/format.ts';
import { useWhen } from '../../lib/when.ts';
import { BOX, type Box, COLUMNS, type Drawing, draw, pathOf } from './layout.ts';
import '../../components/table.css';
import './map.css';

const TITLE_CHARACTERS = 26;
const SUBTITLE_CHARACTERS = 32;
const HEADS: Record<(typeof COLUMNS)[number], string> = {
  trust: 'Trusted through',
  identity: 'Identity',
  credential: 'Proven by',
  permission: 'May do',
  place: 'Used or found at',
};

/** How something hangs together: trust, identity, credentials, permissions, where they are used. */
export function MapPanel({ observation }: { observation: string }) {
  const query = useQuery(observationMapQuery(observation, useWhen()));
  return (
    <Panel title="Map">
      <Loaded query={query}>{(map) => <Drawn map={map} />}</Loaded>
    </Panel>
  );
}

const NONE: ReadonlySet<string> = new Set();

function Drawn({ map }: { map: ObservationMap }) {
  const [open, setOpen] = useState(NONE);
  const [first, setFirst] = useState<string>();
  const drawing = draw(map, open);
  return (
    <div className="stack-s">
      {map.truncated > 0 && (
        <Notice tone="warn">
          <p>{plural(map.truncated, 'further thing')} hang together with these and are not drawn.</p>
        </Notice>
      )}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <section className="map" aria-label="Drawing" tabIndex={0}>
        <svg width={drawing.width} height={drawing.height} aria-label="Map">
          <Heads drawing={drawing} />
          {drawing.lines.map((line) => (
            <path key={`${line.from.id} ${line.to.id}`} className="map-line" d={pathOf(line)}>
              <title>{visible(line.relations.map(spelled).join(', '))}</title>
            </path>
          ))}
          {drawing.boxes.map((box) => (
            <Thing
              key={box.id}
              box={box}
              centre={map.centre}
              takesFocus={box.id === first}
              onOpen={() => {
                setOpen((before) => new Set([...before, box.id]));
                setFirst(box.keys[0]);
              }}
            />
          ))}
        </svg>
      </section>
      <AsTable map={map} />
    </div>
  );
}

function Heads({ drawing: { boxes } }: { drawing: Drawing }) {
  const first = new Map(boxes.map((box) => [box.column, box.x]));
  return [...first].map(([column, x]) => (
    <text key={column} x={x} y={BOX.head / 2} className="map-head">
      {HEADS[COLUMNS[column] ?? 'place']}
    </text>
  ));
}

const IS_ACTION: ReadonlySet<string> = new Set(['Enter', ' ']);

interface ThingProps {
  box: Box;
  centre: string;
  /** The first of a group that was just opened: the group's own box, which had the focus, is gone. */
  takesFocus: boolean;
  onOpen: () => void;
}

function Thing({ box, centre, takesFocus, onOpen }: ThingProps) {
  const navigate = useNavigate();
  const place = useRef<SVGGElement>(null);
  useEffect(() => {
    if (takesFocus) place.current?.focus();
  }, [takesFocus]);
  const { node } = box;
  const act = () => {
    if (node === undefined) onOpen();
    else if (node.class !== 'place') void navigate({ to: '/observations/$key', params: { key: node.key } });
  };
  const press = (event: KeyboardEvent) => {
    if (!IS_ACTION.has(event.key)) return;
    event.preventDefault();
    act();
  };
  const looks = [
    'map-box',
    ...(box.id === centre ? ['centre'] : []),
    ...(node === undefined ? ['group'] : []),
    ...(node?.present === false ? ['gone'] : []),
    ...(node?.administrator ? ['administrator'] : []),
  ].join(' ');
  const isAction = node?.class !== 'place';
  const state = [node?.present === false ? 'gone' : '', node?.administrator ? 'administrator' : '']
    .filter((part) => part !== '')
    .join(', ');
  return (
    <g
      ref={place}
      className={looks}
      transform={`translate(${box.x} ${box.y})`}
      {...(isAction
        ? { role: node === undefined ? 'button' : 'link', tabIndex: 0, onClick: act, onKeyDown: press }
        : { role: 'img' })}
    >
      {/* Its name, for a pointer and for assistive technology: what is drawn may be shortened. */}
      <title>{visible([box.title, box.subtitle, state].filter((part) => part !== '').join(', '))}</title>
      <rect width={BOX.width} height={BOX.height} rx={6} />
      <text x={10} y={17} className="map-title">
        {visible(shorten(box.title, TITLE_CHARACTERS - 9, 8))}
      </text>
      <text x={10} y={32} className="map-subtitle">
        {visible(
          shorten(
            [box.subtitle, state].filter((part) => part !== '').join(' · '),
            SUBTITLE_CHARACTERS - 6,
            5,
          ),
        )}
      </text>
    </g>
  );
}

/** The same in words, for whoever cannot see the drawing or wants to copy it. */
function AsTable({ map: { nodes, edges } }: { map: ObservationMap }) {
  const names = new Map(nodes.map(({ key, label }) => [key, label ?? key]));
  return (
    <details>
      <summary>
        The same as a table: {plural(nodes.length, 'thing')}, {plural(edges.length, 'connection')}
      </summary>
      <table className="table" aria-label="Connections">
        <thead>
          <tr>
            <th scope="col">From</th>
            <th scope="col">Connection</th>
            <th scope="col">To</th>
          </tr>
        </thead>
        <tbody>
          {edges.map(({ from, to, relation }) => (
            <tr key={`${from} ${relation} ${to}`}>
              <td className="wrap-any">{visible(names.get(from) ?? from)}</td>
              <td className="wrap-any">{visible(spelled(relation))}</td>
              <td className="wrap-any">{visible(names.get(to) ?? to)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  );
}
