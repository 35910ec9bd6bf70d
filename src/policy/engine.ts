import type { Response, StatefulAuthorizationCall, StaticPolicySet } from '@cedar-policy/cedar-wasm/nodejs';
import { engineGeneration, preparsePolicySet, statefulIsAuthorized } from './cedar.ts';
import { firstMessage } from './statements.ts';

/** What is asked, apart from the policies it is asked of. */
export type Question = Omit<StatefulAuthorizationCall, 'preparsedPolicySetId' | 'validateRequest'>;

export type Answer = { ok: true; response: Response } | { ok: false; message: string };

/** The engine never forgets a parsed set, but parsing under a known name replaces it: so there are only these names. */
const SLOTS = 512;

/** Set's key to slot, least recently used first. Global because the engine's memory is. */
const slots = new Map<string, string>();
let slotsOf = engineGeneration();

/** A new engine holds nothing of what the one before was given. */
function forgetFallen(): void {
  if (slotsOf === engineGeneration()) return;
  slots.clear();
  slotsOf = engineGeneration();
}

function freeSlot(): string {
  if (slots.size < SLOTS) return `slot-${slots.size}`;
  const [oldest, slot] = slots.entries().next().value as [string, string];
  slots.delete(oldest);
  return slot;
}

/** Parses the set under a slot, or says why not. INVARIANT: a key stands in `slots` only while its slot holds that set. */
function load(key: string, policies: () => StaticPolicySet): Answer | string {
  forgetFallen();
  const known = slots.get(key);
  if (known !== undefined) slots.delete(key);
  const slot = known ?? freeSlot();
  if (known === undefined) {
    const parsed = preparsePolicySet(slot, { staticPolicies: policies() });
    if (parsed.type === 'failure') {
      slots.set(`unused ${slot}`, slot);
      return { ok: false, message: firstMessage(parsed.errors) };
    }
  }
  slots.set(key, slot);
  return slot;
}

/** Answers by set and question, oldest first. */
const answers = new Map<string, Response>();
const ANSWERS_MAX = 4_096;
/** A longer question is asked anew each time: claims are the caller's own text. */
const REMEMBERED_MAX_CHARACTERS = 4_096;

/** Cedar is a function of policies and question alone, so what it answered once it would answer again. */
function remembered(key: string, question: Question, answer: () => Answer): Answer {
  const asked = JSON.stringify(question);
  if (asked.length > REMEMBERED_MAX_CHARACTERS) return answer();
  const name = `${key}\0${asked}`;
  const known = answers.get(name);
  if (known !== undefined) return { ok: true, response: known };
  const fresh = answer();
  if (!fresh.ok) return fresh;
  if (answers.size >= ANSWERS_MAX) answers.delete(answers.keys().next().value as string);
  answers.set(name, fresh.response);
  return fresh;
}

/**
 * Asks Cedar about one set of policies. `key` names the set by content: equal keys, equal policies.
 * Never throws for what the engine says: a failure is an answer, and the caller denies. Throws `internal` where it falls.
 */
export const ask = (key: string, policies: () => StaticPolicySet, question: Question): Answer =>
  remembered(key, question, () => askEngine(key, policies, question));

function askEngine(key: string, policies: () => StaticPolicySet, question: Question): Answer {
  const slot = load(key, policies);
  if (typeof slot !== 'string') return slot;
  // The question is built by us in the schema's types, so the engine need not check it against the schema again.
  const answer = statefulIsAuthorized({ ...question, preparsedPolicySetId: slot, validateRequest: false });
  return answer.type === 'failure'
    ? { ok: false, message: firstMessage(answer.errors) }
    : { ok: true, response: answer.response };
}
