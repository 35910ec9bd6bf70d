import { Link, type LinkProps } from '@tanstack/react-router';
import type { KeyboardEvent, MouseEvent, ReactNode } from 'react';
import './table.css';

export interface Column<Row> {
  header: string;
  cell: (row: Row) => ReactNode;
  /** CSS width; the columns without one share what is left. */
  width?: string;
  numeric?: boolean;
}

interface Props<Row> {
  /** Names the table for assistive technology. */
  caption: string;
  columns: Array<Column<Row>>;
  rows: Row[];
  rowKey: (row: Row) => string | number;
  /** Where a row leads; its first cell becomes the link. */
  rowLink?: (row: Row) => LinkProps;
}

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

export function DataTable<Row>({ caption, columns, rows, rowKey, rowLink }: Props<Row>) {
  return (
    <div className="table-box">
      <table className="table">
        <caption className="sr-only">{caption}</caption>
        <colgroup>
          {columns.map((column) => (
            <col key={column.header} style={column.width ? { width: column.width } : undefined} />
          ))}
        </colgroup>
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column.header} scope="col" className={column.numeric ? 'numeric' : undefined}>
                {column.header}
              </th>
            ))}
          </tr>
        </thead>
        <tbody onKeyDown={moveFocus}>
          {rows.map((row) => {
            const link = rowLink?.(row);
            return (
              <tr key={rowKey(row)} className={link && 'linked'} onClick={link && followRow}>
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
          })}
        </tbody>
      </table>
    </div>
  );
}
