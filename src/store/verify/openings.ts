import { checkOpening, FormatError } from '#verifier';
import type { Db, Opening } from '../contract.ts';
import type { Problem } from './problem.ts';

const PAGE_OPENINGS = 1_000;

/** Every kept opening against its commitment: names that were edited beside the log. */
export async function checkOpenings(db: Db, problems: Problem[]): Promise<void> {
  let after = '';
  for (;;) {
    const page = await db
      .selectFrom('opening')
      .selectAll()
      .where('commitment', '>', after)
      .orderBy('commitment')
      .limit(PAGE_OPENINGS)
      .execute();
    for (const opening of page) {
      if (!holds(opening)) {
        problems.push({
          what: `opening \`${opening.commitment}\`: does not open its commitment`,
          table: 'opening',
          key: opening.commitment,
        });
      }
    }
    if (page.length < PAGE_OPENINGS) return;
    after = page.at(-1)?.commitment ?? '';
  }
}

function holds(opening: Opening): boolean {
  try {
    return checkOpening(opening);
  } catch (error) {
    if (error instanceof FormatError) return false;
    throw error;
  }
}
