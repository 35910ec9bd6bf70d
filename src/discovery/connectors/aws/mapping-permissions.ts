import { z } from 'zod';
import { GRANTS_MAX } from '#verifier';
import { defineListing, type Observed } from '../../contract.ts';
import type { Marks } from '../../marks.ts';
import { type Conditions, conditionsOf, conditionText, type Name, nameOf, shown, told } from './shapes.ts';

const GAAD = 'iam:GetAccountAuthorizationDetails';

const statementShape = (marks: Marks) =>
  z.array(
    z.object({
      effect: marks.text(),
      actions: z.array(marks.text()),
      butActions: z.array(marks.text()),
      resources: z.array(nameOf(marks)),
      butResources: z.array(nameOf(marks)),
      conditions: conditionsOf(marks),
    }),
  );

/** A statement in its committed form. */
export interface Granting {
  effect: string;
  actions: string[];
  butActions: string[];
  resources: Name[];
  butResources: Name[];
  conditions: Conditions;
}

const isEverything = (action: string): boolean => action === '*' || action === '*:*';

/** Whether one statement alone lets everything be done to everything, under no condition. */
export const isAdministrator = (statements: Granting[]): boolean =>
  statements.some(
    ({ effect, actions, resources, conditions }) =>
      effect === 'Allow' && actions.some(isEverything) && resources.includes('*') && conditions.length === 0,
  );

/** Each right as `action on resource`; what is denied is told too, since it takes away. */
export function grantsOf(statements: Granting[]): string[] {
  return statements.flatMap(({ effect, actions, butActions, resources, butResources, conditions }) => {
    const rights = butActions.length > 0 ? [`all but ${butActions.join(', ')}`] : actions;
    const things =
      butResources.length > 0 ? [`all but ${butResources.map(shown).join(', ')}`] : resources.map(shown);
    const when = conditions.length > 0 ? ` if ${conditionText(conditions)}` : '';
    const start = effect === 'Deny' ? 'deny ' : '';
    return rights.flatMap((right) => things.map((thing) => `${start}${right} on ${thing}${when}`));
  });
}

/** In observations of a bounded number of grants each. */
function inParts(
  id: string,
  grants: string[],
  make: (part: string[]) => Omit<Observed, 'naturalId'>,
): Observed[] {
  const parts: Observed[] = [];
  for (let from = 0; from === 0 || from < grants.length; from += GRANTS_MAX) {
    const number = from / GRANTS_MAX + 1;
    const naturalId = number === 1 ? id : `${id}/${number}`;
    parts.push({ ...make(grants.slice(from, from + GRANTS_MAX)), naturalId });
  }
  return parts;
}

const heldShape = (marks: Marks) => ({
  Policies: z.array(z.object({ path: marks.text(), statements: statementShape(marks) })),
  Boundary: marks.text().optional(),
  BoundaryStatements: statementShape(marks).optional(),
});

/** A boundary that does not itself let everything pass takes the administrator away; one that could not be read does not. */
const isBounded = (boundary: Granting[] | undefined): boolean =>
  boundary !== undefined && !isAdministrator(boundary);

export const permissions = defineListing({
  listing: 'permissions',
  about: 'what each user and role may do, by which policy',
  operations: [GAAD],
  shape: (marks) =>
    z.union([
      z.object({ UserId: marks.text(), ...heldShape(marks) }),
      z.object({ RoleId: marks.text(), ...heldShape(marks) }),
    ]),
  map(item, mapping) {
    const id = 'UserId' in item ? `user/${item.UserId}` : `role/${item.RoleId}`;
    const holder = mapping.key('identity', id);
    const { Policies, Boundary, BoundaryStatements } = item;
    return Policies.flatMap(({ path, statements }) =>
      inParts(`${id}/${path}`, grantsOf(statements), (grants) => ({
        class: 'permission',
        label: path,
        attributes: told({
          kind: 'aws-iam-policy-held',
          holder,
          path,
          administrator: isAdministrator(statements) && !isBounded(BoundaryStatements),
          grants,
          boundary: Boundary,
        }),
      })),
    );
  },
});

export const policies = defineListing({
  listing: 'policies',
  about: 'policies that the account made itself',
  operations: [GAAD, 'iam:GetAccountSummary'],
  shape: (marks) =>
    marks.object({
      PolicyId: marks.text(),
      PolicyName: marks.text(),
      Arn: marks.text(),
      CreateDate: marks.text(),
      UpdateDate: marks.text().optional(),
      AttachmentCount: z.number().optional(),
      Statements: statementShape(marks).optional(),
    }),
  map: ({ PolicyId, PolicyName, CreateDate, UpdateDate, AttachmentCount, Statements }) => [
    {
      class: 'permission',
      naturalId: `policy/${PolicyId}`,
      label: PolicyName,
      attributes: told({
        kind: 'aws-iam-policy',
        holder: null,
        created: CreateDate,
        modified: UpdateDate,
        attached: AttachmentCount,
        grants: Statements === undefined ? undefined : grantsOf(Statements).slice(0, GRANTS_MAX),
      }),
    },
  ],
});
