import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import {
  carryOut,
  enrolTwo,
  type House,
  openHouse,
  PAYMENTS,
  type People,
} from '../changes/testing/house.ts';
import { manualClock } from '../kernel/index.ts';
import { createRegistry, type Registry } from './index.ts';

const PERSON = (name: string, spec: string) =>
  `apiVersion: muniment/v1\nkind: Person\nname: ${name}\nspec: ${spec}\n`;
const IDENTITY = (over: string) => `apiVersion: muniment/v1
kind: Identity
name: payments-api
spec: {kind: workload, purpose: Serves payments, application: payments, profile: read-only-api, environment: production, ${over}}
`;
const DAY = 86_400_000;

describe('the registry', () => {
  let house: House;
  let people: People;
  let registry: Registry;
  const clock = manualClock(new Date());
  before(async () => {
    house = await openHouse();
    people = await enrolTwo(house);
    await carryOut(house, people, PAYMENTS);
    registry = createRegistry({ ...house, clock });
  });
  after(() => house.close());

  test('finds people by the name that the log does not hold', async () => {
    assert.equal((await registry.personByName('ada'))?.id, people.ada.id);
    assert.equal(await registry.personByName('Ada'), undefined);
  });

  test('joins an identity with what belongs to it', async () => {
    const identity = await registry.identity('payments-api');
    assert.equal(identity.owner.name, 'olga');
    assert.equal(identity.application.name, 'payments');
    assert.equal(identity.profile.name, 'read-only-api');
    assert.equal(identity.state, 'active');
    assert.equal(identity.locked, false);
    assert.equal(identity.standing.standing, 'owner');
    assert.deepEqual(await registry.identity(identity.id), identity);
    await assert.rejects(registry.identity('nothing'), { code: 'not_found' });
  });

  test('lists with filters, page by page', async () => {
    const names = async (filter: object) =>
      (await registry.listIdentities(filter)).items.map(({ name }) => name);
    assert.deepEqual(await names({}), ['muniment-agent', 'payments-api']);
    assert.deepEqual(await names({ owner: 'olga' }), ['payments-api']);
    assert.deepEqual(await names({ application: 'muniment' }), ['muniment-agent']);
    assert.deepEqual(await names({ kind: 'workload', state: 'active', q: 'SERVES' }), ['payments-api']);
    assert.deepEqual(await names({ state: 'suspended' }), []);
    const first = await registry.listIdentities({ limit: 1 });
    assert.ok(first.next);
    const second = await registry.listIdentities({ limit: 1, cursor: first.next });
    assert.deepEqual(
      second.items.map(({ name }) => name),
      ['payments-api'],
    );
    assert.equal(second.next, null);
  });

  test('answers as of a tree size', async () => {
    const { entry } = await registry.identity('payments-api');
    await assert.rejects(registry.identity('payments-api', { knownAt: entry }), { code: 'not_found' });
    assert.equal((await registry.identity('payments-api', { knownAt: entry + 1 })).state, 'requested');
  });

  test('a lock on the application locks the identity', async () => {
    const { application } = await registry.identity('payments-api');
    const lock = (target: { kind: 'application'; id: string }) =>
      house.log.append([
        { kind: 'lock.placed', subject: 'lok_a', actor: 'sys', data: { lock: 'lok_a', target, reason: 'x' } },
      ]);
    await lock({ kind: 'application', id: application.id });
    assert.equal((await registry.identity('payments-api')).locked, true);
    await house.log.append([
      { kind: 'lock.lifted', subject: 'lok_a', actor: 'sys', data: { lock: 'lok_a', reason: 'x' } },
    ]);
    assert.equal((await registry.identity('payments-api')).locked, false);
  });

  test('suspends and resumes, and nothing else by hand', async () => {
    const { id } = await registry.identity('payments-api');
    const move = (to: 'suspended' | 'active') =>
      registry.move({ identity: id, to, reason: 'r', actor: people.ada.id });
    await assert.rejects(move('active'), { code: 'conflict' });
    await move('suspended');
    await assert.rejects(move('suspended'), { code: 'conflict' });
    assert.equal((await registry.identity(id)).state, 'suspended');
    await move('active');
    const kinds = (await registry.timeline(id, { limit: 3 })).map(({ kind }) => kind);
    assert.deepEqual(kinds, ['identity.moved', 'identity.moved', 'identity.moved']);
  });

  test('only the owner accepts', async () => {
    const { id, owner, ownerAccepted } = await registry.identity('payments-api');
    await assert.rejects(registry.acceptOwnership({ identity: id, person: people.ada.id }), {
      code: 'forbidden',
    });
    const accepted = await registry.acceptOwnership({ identity: id, person: owner.id });
    assert.equal(accepted.receipt.index, accepted.entry);
    assert.notEqual((await registry.identity(id)).ownerAccepted, ownerAccepted);
  });

  test('when an owner leaves, findings count down, a deputy answers, the grace ends; a new owner closes them', async () => {
    assert.deepEqual(await registry.reconcileOwnerFindings(), { entries: 0 });
    await carryOut(
      house,
      people,
      PERSON('olga', '{displayName: Olga Orlova, email: olga@example.com, status: left}'),
    );
    assert.deepEqual(await registry.reconcileOwnerFindings(), { entries: 2 });
    assert.deepEqual(await registry.reconcileOwnerFindings(), { entries: 0 });
    const { id } = await registry.identity('payments-api');
    const finding = (await house.log.rows('finding')).find(({ subject }) => subject === id);
    const left = (await registry.identity(id)).owner.status;
    assert.equal(left, 'left');
    assert.equal(finding?.closed, null);
    const standing = async (days: number) => {
      const at = createRegistry({
        ...house,
        clock: manualClock(new Date(clock.now().getTime() + days * DAY)),
      });
      return (await at.identity(id)).standing;
    };
    assert.deepEqual(await standing(13), { standing: 'grace', until: finding?.due });
    assert.deepEqual(await standing(15), { standing: 'none' });
    await carryOut(house, people, IDENTITY('owner: bo, deputy: ada'));
    assert.deepEqual(await registry.reconcileOwnerFindings(), { entries: 1 });
    const closed = (await house.log.rows('finding')).find(({ subject }) => subject === id);
    assert.equal(closed?.reason, 'a living owner stands');
    assert.equal((await standing(400)).standing, 'owner');
  });

  test('a watcher reconciles by itself', async () => {
    const faults: unknown[] = [];
    const stop = registry.watchOwners((error) => faults.push(error));
    const closing = new Promise<void>((resolve) => {
      const off = house.log.onAppend(async (entries) => {
        if (!entries.some(({ leaf }) => new TextDecoder().decode(leaf).includes('finding.closed'))) return;
        off();
        resolve();
      });
    });
    await carryOut(
      house,
      people,
      `apiVersion: muniment/v1\nkind: Application\nname: payments\nspec: {description: d, owner: bo}\n`,
    );
    await closing;
    stop();
    assert.deepEqual(faults, []);
    const open = (await house.log.rows('finding')).filter(({ closed }) => closed === null);
    assert.deepEqual(open, []);
  });
});
