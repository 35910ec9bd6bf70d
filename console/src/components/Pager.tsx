import { ArrowLeft, ArrowRight } from 'lucide-react';
import { plural } from '../lib/format.ts';
import { Button } from './Button.tsx';

interface Props {
  shown: number;
  noun: string;
  nouns?: string;
  cursor: string | undefined;
  next: string | null | undefined;
  onMove: (cursor: string | undefined) => void;
}

/** Cursor pages: the cursor lives in the address, so the browser's own Back goes one page back. */
export function Pager({ shown, noun, nouns, cursor, next, onMove }: Props) {
  return (
    <nav className="pager" aria-label="Pages">
      <span>{plural(shown, noun, nouns)} on this page</span>
      <span className="row">
        {cursor && (
          <Button look="quiet" icon={ArrowLeft} onClick={() => onMove(undefined)}>
            First page
          </Button>
        )}
        {next && (
          <Button onClick={() => onMove(next)}>
            Next page <ArrowRight size={15} aria-hidden />
          </Button>
        )}
      </span>
    </nav>
  );
}
