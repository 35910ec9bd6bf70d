import type { Rows } from '#verifier';
import type { Api } from '../app.ts';
import * as contract from '../contract/break-glass.ts';
import { actorOf } from '../env.ts';
import { namesOf, refOf } from '../read/names.ts';
import type { Rooms } from './rooms.ts';

interface Laid {
  key: string;
  person: string;
  until: string | null;
}

/** Every key that is laid away, and every one that was used, in whatever state it is enrolled now. */
function keysIn(people: Array<Rows['person']>, uses: Array<Rows['breakglass']>): Laid[] {
  const laid = people.flatMap(({ id, spec }) =>
    spec.keys.flatMap(({ id: key, breakGlass }) =>
      breakGlass === undefined ? [] : [{ key, person: id, until: breakGlass.until }],
    ),
  );
  const known = new Set(laid.map(({ key }) => key));
  const gone = uses.filter(({ key }) => !known.has(key));
  return [...laid, ...gone.map(({ key, person }) => ({ key, person, until: null }))];
}

export function mountBreakGlass(app: Api, { log, changes }: Rooms): void {
  app.openapi(contract.listBreakGlass, async (c) => {
    const people = (await log.rows('person')).filter(({ retired }) => !retired);
    const uses = new Map((await log.rows('breakglass')).map((use) => [use.key, use]));
    const keys = keysIn(people, [...uses.values()]);
    const reviewers = [...uses.values()].flatMap(({ reviewed }) => reviewed?.by ?? []);
    const names = await namesOf(log, [...keys.map(({ person }) => person), ...reviewers]);
    const viewed = ({ change, used, entry, due, reviewed }: Rows['breakglass']) => ({
      change,
      time: used,
      entry,
      due,
      reviewed: reviewed && { ...reviewed, by: refOf(names, reviewed.by) },
    });
    const items = keys.map(({ key, person, until }) => {
      const use = uses.get(key);
      return { key, person: refOf(names, person), until, used: use ? viewed(use) : null };
    });
    return c.json({ items }, 200);
  });

  app.openapi(contract.reviewBreakGlass, async (c) => {
    const { outcome, note } = c.req.valid('json');
    const review = { key: c.req.valid('param').id, outcome, note, actor: actorOf(c.get('caller')) };
    const { entry, receipt } = await changes.reviewBreakGlass(review);
    return c.json({ entry, receipt }, 200);
  });
}
