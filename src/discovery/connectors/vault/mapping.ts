import type { Listing } from '../../contract.ts';
import { roleListings } from './roles.ts';
import { firstListings, otherListings } from './things.ts';

/** Every listing, in the order in which it is read. */
export const LISTINGS: Listing[] = [...firstListings, ...roleListings, ...otherListings];
