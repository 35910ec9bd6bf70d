import type { Rows } from '#verifier';
import type { Db, Known } from '../../../store/index.ts';
import { joinsAt } from './queries.ts';

/** Things that are one; what would be larger is no longer one thing but a name that too many share. */
export const GROUP_MAX = 200;

export interface Member {
  key: string;
  /** Why it is the same as `with`. */
  reason: string;
  with: string;
}

/** The other end of a join. */
const otherEnd = ({ a, b }: Rows['join'], key: string): string => (a === key ? b : a);

/** What is the same thing as `key`, nearest first, `key` itself left out. */
export async function groupAround(db: Db, key: string, known: Known): Promise<Member[]> {
  const seen = new Set([key]);
  const members: Member[] = [];
  for (let edge = [key]; edge.length > 0 && members.length < GROUP_MAX; ) {
    const joins = await joinsAt(db, edge, known);
    const next: Member[] = [];
    for (const join of joins) {
      const near = edge.find((end) => end === join.a || end === join.b) ?? '';
      const other = otherEnd(join, near);
      if (seen.has(other)) continue;
      seen.add(other);
      next.push({ key: other, reason: join.reason, with: near });
    }
    members.push(...next.sort((a, b) => (a.key < b.key ? -1 : 1)));
    edge = next.map((member) => member.key);
  }
  return members.slice(0, GROUP_MAX);
}
