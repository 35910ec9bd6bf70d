import assert from 'node:assert/strict';
import { chmodSync, readFileSync, statSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { hasSshServer, type SshServer, startConsumer, startSshServer } from '../../tools/demo/ssh-server.ts';
import { carryOn, type House, openHouse, phasesIn } from './testing/house.ts';
import { sshSpec } from './testing/specs.ts';

const skip = hasSshServer() ? false : 'needs OpenSSH server';

describe('an SSH key is replaced', { skip }, () => {
  let house: House;
  let server: SshServer;
  before(async () => {
    house = await openHouse();
    server = await startSshServer({ options: 'restrict,command="true # a \\"quoted\\" word" ' });
    await house.declare('deploy-key', sshSpec(server));
  });
  after(async () => {
    await server.remove();
    await house.close();
  });

  test('through all phases, while its consumer goes on', async () => {
    chmodSync(server.keyFile, 0o640 & 0o600);
    const before = {
      text: readFileSync(server.authorizedKeys, 'utf8'),
      key: readFileSync(server.keyFile, 'utf8'),
    };
    const consumer = startConsumer(server, 0.2);
    await consumer.loggedIn();
    await house.rotation.start({ name: 'deploy-key', early: true, actor: 'sys' });
    const run = await carryOn(house, 'deploy-key');
    assert.deepEqual(house.faults, []);
    assert.equal(run.outcome, 'completed');
    assert.deepEqual(phasesIn(run), [
      'started',
      'made',
      'authorised',
      'swapped',
      'seen',
      'removed',
      'refused',
      'completed',
    ]);
    await consumer.loggedIn();
    assert.equal(consumer.failures(), 0);
    await consumer.stop();
    console.log(run.phases, before.text, readFileSync(server.authorizedKeys, 'utf8'));
    assert.notEqual(readFileSync(server.keyFile, 'utf8'), before.key);
    assert.equal(statSync(server.keyFile).mode & 0o777, 0o600);
  });
});
