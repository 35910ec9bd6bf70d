import type { Rows } from '#verifier';
import { ownerClaims, proposeOwners } from '../../../discovery/index.ts';
import { type Database, type Known, knownOf, type Log } from '../../../store/index.ts';
import { namesOf, refOrNull } from '../names.ts';
import { briefOf, openAttributes, openingsOf, viewObservations } from '../observations.ts';
import { viewPeople } from '../people.ts';
import type { Moment } from '../when.ts';
import { groupAround, type Member } from './group.ts';
import { heldBy, observationsByKey } from './queries.ts';

/** Shown of what it holds; the map shows more. */
const HOLDS_MAX = 100;

type Observation = Rows['observation'];

interface Scene {
  log: Log;
  database: Pick<Database, 'db'>;
}

const holderOf = ({ attributes }: Observation): string[] =>
  typeof attributes.holder === 'string' ? [attributes.holder] : [];

/** One thing that was seen, with what lies around it. */
export async function detailOf({ log, database: { db } }: Scene, row: Observation, moment: Moment) {
  const known: Known = await knownOf(db, moment.when);
  const members = await groupAround(db, row.key, known);
  const [same, [holder], held] = await Promise.all([
    observationsByKey(
      db,
      members.map(({ key }) => key),
      known,
    ),
    observationsByKey(db, holderOf(row), known),
    heldBy(db, [row.key], known, HOLDS_MAX),
  ]);
  const [[view], openings] = await Promise.all([
    viewObservations(log, [row], moment.now),
    openingsOf(log, [row, ...same, ...(holder ? [holder] : []), ...held.rows]),
  ]);
  const claims = [
    ...ownerClaims(openAttributes(row, openings), 'itself'),
    ...same.flatMap((other) => ownerClaims(openAttributes(other, openings), 'same')),
    ...(holder ? ownerClaims(openAttributes(holder, openings), 'holder') : []),
  ];
  return {
    ...(view as NonNullable<typeof view>),
    sweep: row.sweep,
    joins: row.joins,
    provenance: row.provenance.map(({ operation, document, fields }) => ({ operation, document, fields })),
    group: groupView(members, same).map(({ other, reason, with: near }) => ({
      ...briefOf(other, openings),
      reason,
      with: near,
    })),
    proposals: await proposalsFor(log, claims),
    holder: holder ? briefOf(holder, openings) : null,
    holds: held.rows.map((each) => briefOf(each, openings)),
    holdsMore: held.total - held.rows.length,
  };
}

function groupView(members: readonly Member[], rows: readonly Observation[]) {
  const byKey = new Map(rows.map((each) => [each.key, each]));
  return members.flatMap((member) => {
    const other = byKey.get(member.key);
    return other === undefined ? [] : [{ ...member, other }];
  });
}

/** People as they are now, for it is now that one of them takes it on. */
async function proposalsFor(log: Log, claims: ReturnType<typeof ownerClaims>) {
  if (claims.length === 0) return [];
  const rows = [...(await log.view()).rows('person').values()];
  const people = (await viewPeople(log, rows)).map((person, at) => ({
    ...person,
    status: rows[at]?.retired ? ('left' as const) : person.status,
  }));
  const proposals = proposeOwners(claims, people);
  const names = await namesOf(
    log,
    proposals.flatMap(({ owner }) => owner ?? []),
  );
  return proposals.map(({ owner, confidence, reason }) => ({
    owner: refOrNull(names, owner),
    confidence,
    reason,
  }));
}
