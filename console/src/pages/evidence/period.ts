import { given } from '../../lib/given.ts';

/** `[from, to)`; a side that is not given is left to the server, which looks at the last 30 days up to the latest entry. */
export interface Period {
  from?: string;
  to?: string;
}

const DAY_CHARACTERS = 10;

export const dayOf = (time: string | undefined): string | undefined => time?.slice(0, DAY_CHARACTERS);

/** A day of a date field as the moment at which it begins, in UTC; undefined where the field is empty. */
export const startOf = (day: FormDataEntryValue | null): string | undefined =>
  typeof day === 'string' && day !== '' ? `${day}T00:00:00.000Z` : undefined;

export const periodIn = ({ from, to }: { from?: string | undefined; to?: string | undefined }): Period =>
  given({ from, to });
