import { randomBytes } from 'node:crypto';
import { type Commitment, openingOf, type ResourceKind, SALT_BYTES } from '#verifier';
import { type IdKind, newId } from '../kernel/index.ts';
import type { Opening } from '../store/index.ts';

const ID_KINDS: Record<ResourceKind, IdKind> = {
  Person: 'person',
  Application: 'application',
  Profile: 'profile',
  Identity: 'identity',
  Policy: 'policy',
  Trust: 'trust',
  Rotation: 'rotation',
  Exception: 'exception',
  ControlOwner: 'control-owner',
};

/** New ids and salts for one proposal, each drawn once: a decision that is taken again gets the same, so it stays pure. */
export class Fresh {
  readonly #ids = new Map<string, string>();
  readonly #openings = new Map<string, Opening>();

  id(kind: ResourceKind, name: string): string {
    const key = `${kind} ${name}`;
    const id = this.#ids.get(key) ?? newId(ID_KINDS[kind]);
    this.#ids.set(key, id);
    return id;
  }

  /** Commits to one personal field of one person. */
  commit(person: string, field: string, value: string): Commitment {
    const key = `${person} ${field} ${value}`;
    const opening = this.#openings.get(key) ?? openingOf(value, randomBytes(SALT_BYTES));
    this.#openings.set(key, opening);
    return { commitment: opening.commitment };
  }

  /** The openings of those commitments that `text` holds: what is not used is not kept. */
  openingsIn(text: string): Opening[] {
    return [...this.#openings.values()].filter(({ commitment }) => text.includes(commitment));
  }
}
