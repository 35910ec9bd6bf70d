import type { ObservationMap } from '../../api/types.ts';

export type MapNode = ObservationMap['nodes'][number];
export type MapEdge = ObservationMap['edges'][number];

/** Columns from left to right: who is trusted, who it is, what proves it, what it may do, where it is used. */
export const COLUMNS = ['trust', 'identity', 'credential', 'permission', 'place'] as const;
export type ColumnName = (typeof COLUMNS)[number];

/** More of one column than this are drawn as groups by kind, until somebody opens one. */
export const COLUMN_MAX = 14;

export const BOX = { width: 190, height: 40, gap: 12, column: 60, margin: 12, head: 28 } as const;

/** One box: a thing, or all things of one kind. */
export interface Box {
  id: string;
  column: number;
  x: number;
  y: number;
  title: string;
  subtitle: string;
  node?: MapNode;
  /** Keys of what it stands for. */
  keys: string[];
}

export interface Drawing {
  boxes: Box[];
  lines: Array<{ from: Box; to: Box; relations: string[] }>;
  width: number;
  height: number;
}

const columnOf = ({ class: kind }: MapNode): number =>
  kind === 'exposure' ? COLUMNS.indexOf('place') : COLUMNS.indexOf(kind as ColumnName);

const kindOf = ({ kind, class: of }: MapNode): string => kind ?? of;

type Placed = Pick<Box, 'id' | 'title' | 'subtitle' | 'keys'> & { node?: MapNode };

const single = (node: MapNode): Placed => ({
  id: node.key,
  title: node.label ?? node.key,
  subtitle: [kindOf(node), node.source ?? ''].filter((part) => part !== '').join(' · '),
  keys: [node.key],
  node,
});

/** The centre always by itself; of a full column, kinds that nobody opened as one box each. */
function placedIn(column: number, nodes: MapNode[], centre: string, open: ReadonlySet<string>): Placed[] {
  if (nodes.length <= COLUMN_MAX) return nodes.map(single);
  const alone = nodes.filter(({ key }) => key === centre).map(single);
  const groups = Map.groupBy(
    nodes.filter(({ key }) => key !== centre),
    kindOf,
  );
  const placed = [...groups].flatMap(([kind, members]): Placed[] => {
    const id = `group ${column} ${kind}`;
    if (members.length === 1 || open.has(id)) return members.map(single);
    const title = `${members.length} × ${kind}`;
    return [{ id, title, subtitle: 'open', keys: members.map(({ key }) => key) }];
  });
  return [...alone, ...placed];
}

/** Where every box lies. Pure: three things and three hundred take the same rules. */
export function draw({ nodes, edges, centre }: ObservationMap, open: ReadonlySet<string>): Drawing {
  const columns = COLUMNS.map((_, at) =>
    placedIn(
      at,
      nodes.filter((node) => columnOf(node) === at),
      centre,
      open,
    ),
  );
  const shown = columns.map((placed, at) => ({ placed, at })).filter(({ placed }) => placed.length > 0);
  const tallest = Math.max(1, ...columns.map(({ length }) => length));
  const step = BOX.height + BOX.gap;
  const boxes = shown.flatMap(({ placed, at }, shownAt) => {
    const top = BOX.head + ((tallest - placed.length) * step) / 2;
    return placed.map(
      (each, row): Box => ({
        ...each,
        column: at,
        x: BOX.margin + shownAt * (BOX.width + BOX.column),
        y: top + row * step,
      }),
    );
  });
  return {
    boxes,
    lines: linesOf(edges, boxes),
    width: BOX.margin * 2 + shown.length * (BOX.width + BOX.column) - BOX.column,
    height: BOX.head + tallest * step + BOX.margin,
  };
}

/** One line between two boxes, whatever runs between what they stand for. */
function linesOf(edges: MapEdge[], boxes: Box[]): Drawing['lines'] {
  const byKey = new Map(boxes.flatMap((box) => box.keys.map((key) => [key, box] as const)));
  const lines = new Map<string, Drawing['lines'][number]>();
  for (const { from, to, relation } of edges) {
    const [a, b] = [byKey.get(from), byKey.get(to)];
    if (a === undefined || b === undefined || a === b) continue;
    const id = `${a.id} ${b.id}`;
    const line = lines.get(id) ?? { from: a, to: b, relations: [] };
    if (!line.relations.includes(relation)) line.relations.push(relation);
    lines.set(id, line);
  }
  return [...lines.values()];
}

/** A curve from the side of one box to the facing side of the other. */
export function pathOf({ from, to }: Drawing['lines'][number]): string {
  const [left, right] = from.x <= to.x ? [from, to] : [to, from];
  const [y1, y2] = [left.y + BOX.height / 2, right.y + BOX.height / 2];
  const x1 = left.x + BOX.width;
  // Two of one column: around their right side.
  if (left.x === right.x)
    return `M ${x1} ${y1} C ${x1 + BOX.column} ${y1} ${x1 + BOX.column} ${y2} ${x1} ${y2}`;
  const bend = (right.x - x1) / 2;
  return `M ${x1} ${y1} C ${x1 + bend} ${y1} ${right.x - bend} ${y2} ${right.x} ${y2}`;
}
