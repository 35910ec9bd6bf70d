import { z } from 'zod';
import type { Marks } from '../../marks.ts';

/** Graph leaves a property out or gives null. */
export const optional = <Shape extends z.ZodType>(shape: Shape) => shape.nullish();

/** `hint` is the secret's first characters and stays hidden; so does the name, into which people paste secrets. */
const keyShape = (marks: Marks) =>
  marks.object({
    keyId: marks.text(),
    startDateTime: optional(z.iso.datetime({ offset: true })),
    endDateTime: optional(z.iso.datetime({ offset: true })),
  });

export const certificateShape = (marks: Marks) =>
  keyShape(marks).extend({
    type: optional(marks.text()),
    usage: optional(marks.text()),
    customKeyIdentifier: optional(marks.text()),
  });

export const credentialsShape = (marks: Marks) => ({
  passwordCredentials: optional(z.array(keyShape(marks))),
  keyCredentials: optional(z.array(certificateShape(marks))),
});

/** Whose something is: what `identityId` makes a natural id of. */
export const holderShape = (marks: Marks) =>
  marks.object({ id: marks.text(), appId: optional(marks.text()) });

/** A directory object that owns or vouches for another. */
export const personShape = (marks: Marks) =>
  marks.object({
    '@odata.type': optional(marks.text()),
    id: marks.text(),
    userPrincipalName: optional(marks.personal()),
    displayName: optional(marks.personal()),
  });

export type Key = z.output<ReturnType<typeof keyShape>>;
export type Certificate = z.output<ReturnType<typeof certificateShape>>;
export type Credentials = z.output<z.ZodObject<ReturnType<typeof credentialsShape>>>;
export type Person = z.output<ReturnType<typeof personShape>>;
