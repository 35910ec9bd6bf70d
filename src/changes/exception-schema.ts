import { z } from 'zod';
import { CONTROLS, OWNED } from '#verifier';
import { line, name } from './fields.ts';

const SUBJECT_MAX_CHARACTERS = 256;
const TEXT_MAX_CHARACTERS = 1024;

const CONTROL_IDS = CONTROLS.map(({ id }) => id) as [string, ...string[]];

/** A departure from a control, for one member of its population, until it lapses by itself. */
export const Exception = z.strictObject({
  control: z.enum(CONTROL_IDS),
  /** The member's id as the control's result lists it, or `KIND/NAME` of something declared. */
  subject: line(SUBJECT_MAX_CHARACTERS),
  owner: name,
  compensating: line(TEXT_MAX_CHARACTERS),
  until: z.iso.datetime({ offset: true }),
  reason: line(TEXT_MAX_CHARACTERS),
});

export const ControlOwner = z.strictObject({
  covers: z.enum(OWNED),
  /** A name of a trust or policy, or a word of the list that goes with `covers`. */
  target: line(SUBJECT_MAX_CHARACTERS),
  owner: name,
  reviewer: name,
});
