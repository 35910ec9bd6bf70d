import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { parseGroups } from './groups.ts';
import { CANARY, ofKind, openFixture, plain, recorded } from './testing/fixture.ts';

const fixture = openFixture();
after(() => fixture.remove());
before(() => {
  fixture.put(
    '/etc/kubernetes/admin.conf',
    `users: [{name: admin, user: {client-key-data: ${CANARY}}}]\n`,
    0o600,
  );
  fixture.put(
    '/etc/kubernetes/manifests/etcd.yaml',
    'metadata: {name: etcd}\nspec: {hostPID: true, containers: [{image: "etcd:3", securityContext: {privileged: true}}]}\n',
  );
  fixture.put('/etc/docker/daemon.json', JSON.stringify({ hosts: ['unix:///x', 'tcp://0.0.0.0:2375'] }));
  fixture.put('/etc/group', 'root:x:0:\ndocker:x:99:anna\nops:x:98:anna,lost\npay:x:990:\nbroken\n');
  fixture.put(
    '/etc/sudoers',
    '%ops ALL=(ALL) NOPASSWD: ALL\n%pay ALL=(ALL) ALL\n%none ALL=(root) /bin/true\n',
    0o440,
  );
});

describe('what makes an administrator', () => {
  it('is told of clusters and daemons', async () => {
    const pages = await fixture.sweep();
    const page = pages.get('cluster');
    const paths = page?.items.flatMap(({ attributes }) =>
      attributes.administrator === true ? [attributes.path] : [],
    );
    assert.deepEqual(paths, [
      'kubeconfig of a cluster administrator',
      'privileged pod',
      "pod in the host's processes",
      'Docker API over TCP',
    ]);
    assert.deepEqual(ofKind(page, 'static-pod')[0]?.attributes.images, ['etcd:3']);
    assert.ok(!recorded(pages.values()).includes(CANARY));
  });

  it('is told of group members one by one, those whose own group it is too', async () => {
    const page = (await fixture.sweep()).get('groups');
    assert.deepEqual(
      page?.items.map(({ attributes }) => [
        plain(attributes.account),
        attributes.path,
        attributes.accountExists,
      ]),
      [
        ['anna', 'docker group', true],
        ['anna', 'sudo ALL by group without a password', true],
        ['lost', 'sudo ALL by group without a password', false],
        ['pay', 'sudo ALL by group', true],
      ],
    );
    assert.deepEqual(page?.errors, [{ what: '/etc/group', why: '1 lines of another shape' }]);
    assert.equal(parseGroups('a:x:-1:b\nb:x:1:\n').badLines, 1);
  });
});
