import { useMutation } from '@tanstack/react-query';
import { Columns3, FileDown } from 'lucide-react';
import { saveFile, toCsv } from '../lib/csv.ts';
import { useStored } from '../lib/stored.ts';
import { Button } from './Button.tsx';
import type { Column } from './DataTable.tsx';
import { Menu } from './Menu.tsx';
import { ProblemNotice } from './Notice.tsx';

const asTexts = (value: unknown): string[] | undefined =>
  Array.isArray(value) && value.every((each) => typeof each === 'string') ? value : undefined;

/** Which of a table's columns are hidden, kept on this machine. The first always stays: it is the way to the row. */
export function useHidden(table: string): [hidden: string[], set: (hidden: string[]) => void] {
  const [hidden = [], keep] = useStored(`columns-${table}`, asTexts);
  return [hidden, keep];
}

interface Props<Row> {
  /** Names the file, and what is kept on this machine. */
  table: string;
  columns: Array<Column<Row>>;
  hidden: string[];
  onHide: (hidden: string[]) => void;
  /** Every row that the filters leave, not only those on the page. */
  all: () => Row[] | Promise<Row[]>;
}

/** Columns to choose, and the whole list as a file. */
export function TableTools<Row>({ table, columns, hidden, onHide, all }: Props<Row>) {
  const exporting = useMutation({
    mutationFn: async () => {
      const told = columns.filter(({ text, header }) => text !== undefined && !hidden.includes(header));
      const lines = (await all()).map((row) => told.map(({ text }) => text?.(row) ?? ''));
      const csv = toCsv([told.map(({ header }) => header), ...lines]);
      saveFile(`muniment-${table}.csv`, new Blob([csv], { type: 'text/csv;charset=utf-8' }));
    },
  });
  return (
    <div className="table-tools">
      {exporting.isError && <ProblemNotice error={exporting.error} />}
      <Menu label="Columns" icon={Columns3}>
        {columns.slice(1).map(({ header }) => (
          <label key={header} className="menu-choice">
            <input
              type="checkbox"
              checked={!hidden.includes(header)}
              onChange={({ target }) =>
                onHide(target.checked ? hidden.filter((each) => each !== header) : [...hidden, header])
              }
            />
            {header}
          </label>
        ))}
      </Menu>
      <Button icon={FileDown} busy={exporting.isPending} onClick={() => exporting.mutate()}>
        Export as CSV
      </Button>
    </div>
  );
}
