import type { Context } from './context.ts';
import { environmentOf, overSeen } from './estate.ts';
import { departure, type Finding, finding, type Judged } from './result.ts';
import { readWhole, type Seen, spansOf } from './sweeps.ts';

const PRODUCTION = 'production';

/** From outside production into it, or from within it out. */
function apart(context: Context, each: Seen): Finding {
  const { key, entry, attributes } = each.row;
  const environment = environmentOf(context, each.row);
  const { reaches } = attributes;
  if (environment === undefined)
    return finding('NOT_EVALUABLE', key, 'the environment of its holder is not known', entry);
  if (!Array.isArray(reaches))
    return finding('NOT_EVALUABLE', key, 'which environments it reaches is not told', entry);
  const environments = reaches.map(String).filter((reached) => reached !== 'personal-data');
  const crossed = environments.filter((reached) => (reached === PRODUCTION) !== (environment === PRODUCTION));
  return crossed.length === 0
    ? finding('PASS', key, `of ${environment}, reaches ${environments.join(', ') || 'none'}`, entry)
    : departure(key, `of ${environment}, reaches ${crossed.join(', ')}`, spansOf(each), entry);
}

/** NHI-AUZ-04: what is not production does not reach production, and the reverse. */
export function environmentsAreApart(context: Context): Judged[] {
  return [
    overSeen(
      context,
      'no right crosses between production and what is not',
      ['permission'],
      (each) => apart(context, each),
      'no right was found',
    ),
    readWhole(context, 'path between environments'),
  ];
}
