import { visible } from '../../lib/format.ts';
import type { FieldDiff } from './diff.ts';

const SIGNS = { same: ' ', added: '+', removed: '−' } as const;

/** Fields with what goes, what comes and what stays, line by line; told by sign and word, not by colour alone. */
export const DiffTable = ({ caption, fields }: { caption: string; fields: FieldDiff[] }) => (
  <table className="diff">
    <caption className="sr-only">{caption}</caption>
    <colgroup>
      <col className="diff-field" />
      <col />
    </colgroup>
    <thead className="sr-only">
      <tr>
        <th scope="col">Field</th>
        <th scope="col">What would stand</th>
      </tr>
    </thead>
    <tbody>
      {fields.map((field) => (
        <Field key={field.path} field={field} />
      ))}
    </tbody>
  </table>
);

function Field({ field: { path, lines } }: { field: FieldDiff }) {
  return (
    <tr>
      <th scope="row">{path}</th>
      <td>
        {lines.map(({ change, text, at }) => (
          <div key={`${change}${at}`} className={`diff-line diff-${change}`}>
            <span className="diff-sign" aria-hidden>
              {SIGNS[change]}
            </span>
            <span className="sr-only">{change === 'same' ? '' : `${change}: `}</span>
            <code>{visible(text)}</code>
          </div>
        ))}
      </td>
    </tr>
  );
}
