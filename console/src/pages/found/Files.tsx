import { FileDown } from 'lucide-react';
import { Menu } from '../../components/Menu.tsx';

const FORMATS = [
  { format: 'csv', label: 'CSV' },
  { format: 'json', label: 'JSON' },
  { format: 'xlsx', label: 'Excel' },
];

/** All that the filters leave, as a file that the server writes: it need not fit in the browser. */
export function Files({ asked }: { asked: Record<string, string | number | undefined> }) {
  const given = Object.entries(asked).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, String(value)]],
  );
  return (
    <Menu label="File" icon={FileDown}>
      {FORMATS.map(({ format, label }) => (
        <a
          key={format}
          className="menu-choice"
          href={`/api/v1/observations/export?${new URLSearchParams([...given, ['format', format]])}`}
          download={`inventory.${format}`}
        >
          {label}
        </a>
      ))}
    </Menu>
  );
}
