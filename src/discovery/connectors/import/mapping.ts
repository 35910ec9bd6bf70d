import { z } from 'zod';
import type { Commitment } from '#verifier';
import { defineListing } from '../../contract.ts';
import { idOf, type Marks } from '../../marks.ts';
import { ATTRIBUTES } from './mapping-file.ts';

export const READ = 'read file';

const CLASSES = ['identity', 'credential', 'permission', 'trust', 'exposure'] as const;

const cellShape = (marks: Marks) =>
  z.union([
    z.strictObject({ text: marks.text() }).transform(({ text }) => text),
    z.strictObject({ personal: marks.personal() }).transform(({ personal }) => personal),
  ]);

const attributesShape = (marks: Marks) => {
  const named = (names: readonly string[], shape: z.ZodType) =>
    Object.fromEntries(names.map((name) => [name, shape.nullable().optional()]));
  return z
    .object({
      ...named(ATTRIBUTES.moment, z.iso.datetime()),
      ...named(ATTRIBUTES.truth, z.boolean()),
      ...named(ATTRIBUTES.list, z.array(marks.text())),
    })
    .catchall(z.union([cellShape(marks), z.boolean(), z.null()]));
};

/** A cell that the id is made of may not be empty: rows without one would all be one thing. */
const idShape = (marks: Marks) =>
  z
    .array(cellShape(marks))
    .min(1)
    .refine((parts) => parts.every((part) => part !== ''), 'an empty cell');

const idFrom = (parts: Array<string | Commitment>): string => parts.map(idOf).join('');

const rows = defineListing({
  listing: 'rows',
  about: 'rows of the file, by its mapping file',
  operations: [READ],
  restsOn: ['claim'],
  shape: (marks) =>
    marks.object({
      line: z.int(),
      class: z.enum(CLASSES),
      naturalId: idShape(marks),
      label: cellShape(marks),
      holder: idShape(marks).optional(),
      attributes: attributesShape(marks),
    }),
  map: (item, mapping) => [
    {
      class: item.class,
      naturalId: idFrom(item.naturalId),
      label: item.label,
      attributes: {
        kind: 'imported',
        ...(item.attributes as Record<string, string | boolean | null | Commitment>),
        ...(item.holder === undefined ? {} : { holder: mapping.key('identity', idFrom(item.holder)) }),
      },
    },
  ],
});

const claim = defineListing({
  listing: 'claim',
  about: 'who made the file, when and of what, and whether it says that it is whole',
  operations: [READ],
  shape: (marks) =>
    marks.object({
      system: marks.text(),
      madeBy: marks.personal(),
      madeAt: marks.text(),
      rows: z.int(),
      complete: z.boolean(),
      how: marks.text(),
      sha256: marks.text(),
    }),
  // It is kept in the committed page and in the scope; it is no thing of the estate.
  map: () => [],
});

export const listings = [claim, rows];
