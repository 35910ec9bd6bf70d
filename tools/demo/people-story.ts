/** Chapter 2: people, and a change that one asks for and another signs. */
import { type Allowed, paymentsManifests } from './manifests.ts';
import { refused } from './programs.ts';
import type { Fact, StoryHouse } from './story-house.ts';

interface ProposedChange {
  change: string;
  planDigest: string;
  text: string;
}

export class PeopleStory {
  readonly #house: StoryHouse;
  change = '';

  constructor(house: StoryHouse) {
    this.#house = house;
  }

  async enrol(): Promise<{ first: Fact; second: Fact }> {
    for (const who of ['ada', 'grace']) await this.#house.cli('person', 'key', this.#house.key(who));
    const first = await this.#enrol('ada', 'Ada Admin');
    const roles = ['--role', 'approver', '--role', 'auditor', '--role', 'operator'];
    const second = await this.#enrol('grace', 'Grace Approver', ...roles);
    return { first, second };
  }

  #enrol(who: string, displayName: string, ...roles: string[]): Promise<Fact> {
    const key = this.#house.key(who);
    return this.#house.cli('person', 'enrol', who, '--display-name', displayName, '--key', key, ...roles);
  }

  get allowed(): Allowed {
    const { allowedUid: uid, sha256, separateUids, programs } = this.#house.ground;
    return { uid, gid: uid, path: programs.payments, sha256, separateUids };
  }

  async propose(
    name = 'payments.yaml',
    manifests = paymentsManifests(this.allowed),
  ): Promise<ProposedChange> {
    const file = this.#house.write(name, manifests);
    const options = ['--title', 'payments goes live', '--reason', 'the shop opens'];
    const proposed = await this.#house.as<ProposedChange>('ada', 'plan', file, ...options);
    this.change = proposed.change;
    return proposed;
  }

  /** The proposer, the admin socket, and a plan that moved after it was signed: each is refused, and recorded. */
  async refusals(): Promise<{ self: string; socket: string; moved: string }> {
    const at = ['--data', this.#house.ground.data];
    const self = await refused(
      ['approve', this.change, ...at, '--key-file', this.#house.key('ada')],
      'self_approval_refused',
    );
    const socket = await refused(['approve', this.change, ...at], 'approval_channel_refused');
    return { self, socket, moved: await this.#movedPlan() };
  }

  /** Two changes to one thing are both signed; once the first is in force, the second is no longer what was signed. */
  async #movedPlan(): Promise<string> {
    const profile = (seconds: number): string =>
      `apiVersion: muniment/v1\nkind: Profile\nname: batch\nspec:\n  description: Night jobs\n  actions: [issue-jwt-svid]\n  maxTtlSeconds: ${seconds}\n`;
    const plan = (seconds: number) => {
      const file = this.#house.write(`batch-${seconds}.yaml`, profile(seconds));
      const why = ['--title', 'batch profile', '--reason', 'night jobs'];
      return this.#house.as<{ change: string }>('ada', 'plan', file, ...why);
    };
    const [first, second] = [await plan(600), await plan(1200)];
    for (const { change } of [first, second]) await this.#house.as('grace', 'approve', change);
    await this.#house.as('ada', 'apply', first.change);
    return refused(
      ['apply', second.change, '--data', this.#house.ground.data, '--key-file', this.#house.key('ada')],
      'plan_changed',
    );
  }

  async approveAndApply(change = this.change): Promise<{ operations: number; entry: number }> {
    await this.#house.as('grace', 'approve', change);
    return this.#house.as<{ operations: number; entry: number }>('ada', 'apply', change);
  }
}
