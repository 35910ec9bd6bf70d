import type { PolicyJson } from '@cedar-policy/cedar-wasm/nodejs';
import { ACTIONS, type Action } from '#verifier';
import { ACTION_GROUPS } from './schema.ts';

/** An entity of Cedar's JSON form, which has two spellings. */
export const uid = (entity: unknown): { type: string; id: string } => {
  const { __entity, ...plain } = entity as { __entity?: object };
  return (__entity ?? plain) as { type: string; id: string };
};

/** The actions that the action scope covers; all where it is open. */
export function actionsOf({ action }: PolicyJson): readonly Action[] {
  if (action.op === 'All') return ACTIONS;
  const named = 'entities' in action ? action.entities : 'entity' in action ? [action.entity] : [];
  const ids = named.map((entity) => uid(entity).id);
  return ACTIONS.filter((candidate) =>
    ids.some((id) => id === candidate || ACTION_GROUPS[id]?.includes(candidate)),
  );
}
