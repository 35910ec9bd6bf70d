import { Link, type LinkProps } from '@tanstack/react-router';
import { type KeyboardEvent, type MouseEvent, type ReactNode, useState } from 'react';
import { formatNumber, plural } from '../lib/format.ts';
import { Button } from './Button.tsx';
import { TableTools, useHidden } from './TableTools.tsx';
import './table.css';

export interface Column<Row> {
  header: string;
  cell: (row: Row) => ReactNode;
  /** CSS width; the columns without one share what is left. */
  width?: string;
  numeric?: boolean;
  /** What a file says in this column; one without it is left out there. */
  text?: (row: Row) => string;
}

interface Props<Row> {
  /** Names the table for assistive technology. */
  caption: string;
  columns: Array<Column<Row>>;
  rows: Row[];
  rowKey: (row: Row) => string | number;
  /** Where a row leads; its first cell becomes the link. */
  rowLink?: (row: Row) => LinkProps;
  /** Gives the table a choice of columns and an export; names both. */
  table?: string;
  /** Every row that the filters leave, where `rows` are one page of them. */
  all?: () => Promise<Row[]>;
}

/** A list that comes whole is drawn in steps of so many: ten thousand rows at once would hold the browser up. */
const ROWS_STEP = 100;

const STEP: Record<string, (at: number, last: number) => number> = {
  ArrowDown: (at, last) => Math.min(at + 1, last),
  ArrowUp: (at) => Math.max(at - 1, 0),
  Home: () => 0,
  End: (_, last) => last,
};

/** Arrow keys, Home and End go from row to row; Enter follows the row's link, as links do. */
function moveFocus(event: KeyboardEvent<HTMLTableSectionElement>): void {
  const step = STEP[event.key];
  if (step === undefined) return;
  const links = [...event.currentTarget.querySelectorAll<HTMLElement>('a[data-row]')];
  const at = links.indexOf(document.activeElement as HTMLElement);
  if (at < 0) return;
  event.preventDefault();
  links[step(at, links.length - 1)]?.focus();
}

/** A click anywhere on a row follows its link, but never takes away a selection or another control's click. */
function followRow(event: MouseEvent<HTMLTableRowElement>): void {
  const within = (event.target as Element).closest('a, button, summary');
  if (within || !getSelection()?.isCollapsed) return;
  event.currentTarget.querySelector<HTMLElement>('a[data-row]')?.click();
}

export function DataTable<Row>({ table, all, ...props }: Props<Row>) {
  const { columns, rows } = props;
  const [hidden, hide] = useHidden(table ?? '');
  const [limit, setLimit] = useState(ROWS_STEP);
  const chosen = table ? columns.filter(({ header }, at) => at === 0 || !hidden.includes(header)) : columns;
  return (
    <>
      {table && (
        <TableTools table={table} columns={columns} hidden={hidden} onHide={hide} all={all ?? (() => rows)} />
      )}
      <Table {...props} columns={chosen} rows={rows.slice(0, limit)} />
      {rows.length > limit && (
        <div className="pager">
          <span>
            {formatNumber(limit)} of {formatNumber(rows.length)} shown
          </span>
          <Button onClick={() => setLimit(limit + ROWS_STEP)}>
            Show {plural(Math.min(ROWS_STEP, rows.length - limit), 'more row', 'more rows')}
          </Button>
        </div>
      )}
    </>
  );
}

type TableProps<Row> = Omit<Props<Row>, 'table' | 'all'>;

/** A table without a link in it must itself be reachable by keyboard, or a narrow window could not scroll it. */
const Table = <Row,>({ caption, columns, rows, rowKey, rowLink }: TableProps<Row>) => (
  <section className="table-box" aria-label={`${caption}, as a table`} tabIndex={rowLink ? undefined : 0}>
    <table className="table">
      <caption className="sr-only">{caption}</caption>
      <colgroup>
        {columns.map(({ header, width }) => (
          <col key={header} style={width ? { width } : undefined} />
        ))}
      </colgroup>
      <thead>
        <tr>
          {columns.map(({ header, numeric }) => (
            <th key={header} scope="col" className={numeric ? 'numeric' : undefined}>
              {header}
            </th>
          ))}
        </tr>
      </thead>
      <tbody onKeyDown={moveFocus}>
        {rows.map((row) => (
          <TableRow key={rowKey(row)} row={row} columns={columns} link={rowLink?.(row)} />
        ))}
      </tbody>
    </table>
  </section>
);

interface RowProps<Row> {
  row: Row;
  columns: Array<Column<Row>>;
  link: LinkProps | undefined;
}

const TableRow = <Row,>({ row, columns, link }: RowProps<Row>) => (
  <tr className={link && 'linked'} onClick={link && followRow}>
    {columns.map((column, index) => (
      <td key={column.header} className={column.numeric ? 'numeric' : undefined}>
        {index === 0 && link ? (
          <Link {...link} data-row className="row-link">
            {column.cell(row)}
          </Link>
        ) : (
          column.cell(row)
        )}
      </td>
    ))}
  </tr>
);
