import {
  base64,
  FormatError,
  formatNote,
  formatWitnessKey,
  fromUtf8,
  parseNote,
  utf8,
  verifyCosignatures,
} from '#verifier';
import { type Clock, MunimentError, timestamp } from '../kernel/index.ts';
import type { Log } from '../store/index.ts';
import { type Answer, addCheckpoint } from './client.ts';
import { CLOCK_AHEAD_MAX_MS, PROOF_MAX_LINES, type Submission, TRIES_MAX, type Witness } from './model.ts';

/** What a submission is about: a durable tree under its signed checkpoint. */
export interface Head {
  size: number;
  checkpoint: string;
}

export interface SubmitNeeds {
  log: Pick<Log, 'origin' | 'consistency' | 'head'>;
  clock: Clock;
  stop?: AbortSignal;
}

const SIZE_TYPE = 'text/x.tlog.size';
const HTTP = { ok: 200, forbidden: 403, notFound: 404, conflict: 409, unprocessable: 422 } as const;
const SERVER_ERROR = 500;

/** The body of `add-checkpoint`: old size, proof lines, an empty line, the checkpoint. */
export function requestBody(old: number, proof: readonly Uint8Array[], checkpoint: string): string {
  if (proof.length > PROOF_MAX_LINES) throw new RangeError('a consistency proof of more than 63 hashes');
  return `old ${old}\n${proof.map((hash) => `${base64(hash)}\n`).join('')}\n${checkpoint}`;
}

/** The size in a 409; undefined where the answer holds none. */
export function sizeIn({ type, body }: Answer): number | undefined {
  const size = /^(0|[1-9][0-9]{0,15})\n$/.exec(body)?.[1];
  return size !== undefined && type.startsWith(SIZE_TYPE) ? Number(size) : undefined;
}

const ended = (outcome: Submission['outcome'], detail: string, known: number | null = null): Submission => ({
  outcome,
  detail,
  known,
});

/**
 * Brings a checkpoint to a witness, beginning from the size that it is thought to know. Throws nothing on account of the witness.
 * @throws MunimentError `storage_unavailable` where the proof cannot be read
 */
export async function submit(
  needs: SubmitNeeds,
  witness: Witness,
  head: Head,
  from: number,
): Promise<Submission> {
  let old = Math.min(from, head.size);
  for (let tries = 0; tries < TRIES_MAX; tries += 1) {
    const proof = await needs.log.consistency(old, head.size);
    const answer = await asked(needs, witness, requestBody(old, proof, head.checkpoint));
    if ('outcome' in answer) return answer;
    const known = answer.status === HTTP.conflict ? sizeIn(answer) : undefined;
    if (known === undefined || known === old) return judge(needs, witness, head, old, answer);
    if (known > head.size) return overtaken(needs, known);
    old = known;
  }
  return ended('bad_answer', 'it names another size at each try', old);
}

async function asked(needs: SubmitNeeds, witness: Witness, body: string): Promise<Answer | Submission> {
  try {
    return await addCheckpoint(witness, body, needs.stop);
  } catch (error) {
    if (error instanceof MunimentError) return ended('unreachable', error.message);
    throw error;
  }
}

/** Another replica may have brought a newer checkpoint meanwhile: only a size above the log's own is one that cannot be. */
async function overtaken({ log }: SubmitNeeds, known: number): Promise<Submission> {
  const { size } = await log.head();
  return known > size
    ? ended('ahead', `it knows ${known} entries, the database has ${size}`, known)
    : ended('unreachable', 'another server was faster', known);
}

async function judge(
  needs: SubmitNeeds,
  witness: Witness,
  head: Head,
  old: number,
  answer: Answer,
): Promise<Submission> {
  switch (answer.status) {
    case HTTP.ok:
      return readCosignature(needs, witness, head, answer.body);
    case HTTP.forbidden:
      return ended('unknown_log', 'it does not accept the key of this log');
    case HTTP.notFound:
      return ended('unknown_log', 'it does not know this log');
    case HTTP.conflict:
      return old === head.size
        ? ended('refused', `it saw another log of ${old} entries`, old)
        : ended('bad_answer', 'it refused the old size and named no other');
    case HTTP.unprocessable:
      return ended('refused', `the log does not go on from the ${old} entries that it saw`, old);
    default:
      return answer.status >= SERVER_ERROR
        ? ended('unreachable', `it answered ${answer.status}`)
        : ended('bad_answer', `it answered ${answer.status}`);
  }
}

/** The answer is put after the checkpoint and read as a note, as the specification suggests. */
async function readCosignature(
  { log, clock }: SubmitNeeds,
  { key }: Witness,
  { size, checkpoint }: Head,
  answer: string,
): Promise<Submission> {
  try {
    const { text } = parseNote(utf8(checkpoint));
    const note = parseNote(utf8(checkpoint + answer));
    if (note.text !== text) return ended('bad_answer', 'it answered with more than signature lines');
    const [cosignature] = await verifyCosignatures(note, [key]);
    if (cosignature === undefined) return ended('bad_answer', 'it answered without a cosignature by its key');
    const cosigned = new Date(cosignature.timestamp * 1000);
    if (cosigned.getTime() > clock.now().getTime() + CLOCK_AHEAD_MAX_MS)
      return ended('bad_answer', 'its cosignature is of a time to come');
    const line = fromUtf8(formatNote({ text, signatures: [cosignature.signature] })).slice(text.length + 1);
    const about = { origin: log.origin, witness: formatWitnessKey(key), size, checkpoint };
    return { ...ended('cosigned', '', size), kept: { ...about, line, cosigned: timestamp(cosigned) } };
  } catch (error) {
    if (error instanceof FormatError) return ended('bad_answer', error.message);
    throw error;
  }
}
