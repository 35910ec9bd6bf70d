import { derivedId, timestamp } from '../kernel/index.ts';
import type { Draft, Log } from '../store/index.ts';
import type { Submission, Witness } from './model.ts';

/** The rule of findings on witnesses that do not go on with this log. */
export const WITNESS_REFUSED = 'witness-refused';

const DUE_MS = 86_400_000;

function opened({ name }: Witness, detail: string, size: number, now: Date): Draft {
  return {
    kind: 'finding.opened',
    subject: name,
    actor: 'sys',
    data: {
      finding: derivedId('finding', `${WITNESS_REFUSED}\n${name}\n${size}`),
      rule: WITNESS_REFUSED,
      subject: name,
      title: `the witness \`${name}\` refuses this log: ${detail}`,
      due: timestamp(new Date(now.getTime() + DUE_MS)),
    },
  };
}

/** Opens a finding where a witness saw another log than this one, and closes it once the witness goes on with this one. */
export async function reconcileFinding(
  log: Log,
  witness: Witness,
  { outcome, detail }: Submission,
  now: Date,
): Promise<void> {
  const findings = await log.rows('finding');
  const open = findings.find(
    ({ rule, subject, closed }) => rule === WITNESS_REFUSED && subject === witness.name && closed === null,
  );
  const refused = outcome === 'refused' || outcome === 'ahead';
  if (refused && open === undefined) {
    await log.append([opened(witness, detail, (await log.head()).size, now)]);
  } else if (outcome === 'cosigned' && open !== undefined) {
    const data = { finding: open.id, reason: 'the witness cosigned a checkpoint of this log' };
    await log.append([{ kind: 'finding.closed', subject: witness.name, actor: 'sys', data }]);
  }
}
