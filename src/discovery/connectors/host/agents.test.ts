import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import fc from 'fast-check';
import { serversOf } from '../../files/agents.ts';
import { parseJson } from '../../formats/documents.ts';
import { CANARY, ofKind, openFixture, plain, recorded } from './testing/fixture.ts';

const fixture = openFixture();
after(() => fixture.remove());

const SERVERS = {
  files: {
    command: 'npx',
    args: ['-y', '@scope/files@1.2.3', `--token=${CANARY}`, CANARY],
    alwaysAllow: ['read'],
  },
  mail: {
    command: '/opt/mail',
    env: { MAIL_TOKEN: CANARY, MAIL_KEY_FILE: '/k', OTHER_TOKEN: `\${OTHER_TOKEN}` },
  },
  web: { url: `https://mcp.example/sse?key=${CANARY}`, headers: { Authorization: `Bearer ${CANARY}` } },
  nothing: { note: 'no server' },
};

before(() => {
  fixture.put(
    '/home/anna/.cursor/mcp.json',
    `// mine\n${JSON.stringify({ mcpServers: SERVERS }).slice(0, -1)},}`,
  );
  fixture.put(
    '/root/.claude.json',
    JSON.stringify({
      projects: {
        '/srv/x': { mcpServers: { deep: { command: 'uvx', args: ['--key', CANARY, 'fetcher'] } } },
      },
    }),
  );
  fixture.put(
    '/root/.claude/settings.json',
    JSON.stringify({
      permissions: {
        allow: [`Bash(curl -H ${CANARY}:*)`, 'Read', 'Bash(ls)'],
        deny: ['WebFetch'],
        defaultMode: 'acceptEdits',
      },
      hooks: { PreToolUse: [] },
    }),
  );
  fixture.put('/root/.gemini/settings.json', '{');
  fixture.put(
    '/srv/checkout/.mcp.json',
    JSON.stringify({ mcpServers: { shared: { url: 'http://[::1]:9' } } }),
  );
});

describe("agents' configuration files", () => {
  it('tell which servers, with which credentials and tools', async () => {
    const page = (await fixture.sweep()).get('agents');
    const servers = ofKind(page, 'mcp-server').filter(({ attributes }) => attributes.product === 'cursor');
    assert.deepEqual(
      servers.map(({ attributes: { transport, package: name, pinned, host, credentials, tools } }) => [
        transport,
        name,
        pinned,
        host,
        credentials,
        tools,
      ]),
      [
        ['stdio', '@scope/files@1.2.3', true, null, [], ['read']],
        ['stdio', null, null, null, ['MAIL_TOKEN', 'OTHER_TOKEN'], []],
        ['http', null, null, 'mcp.example', ['Authorization'], []],
      ],
    );
    const secrets = ofKind(page, 'agent-secret').map(({ attributes }) => plain(attributes.name));
    assert.deepEqual(secrets, ['/mcpServers/mail/MAIL_TOKEN', '/mcpServers/web/Authorization']);
  });

  it('tell what an agent may do unasked, by tool', async () => {
    const [agent] = ofKind((await fixture.sweep()).get('agents'), 'ai-agent');
    const { approvals, tools, deniedTools, hooks } = agent?.attributes ?? {};
    assert.deepEqual(
      [approvals, tools, deniedTools, hooks],
      ['acceptEdits', ['Bash', 'Read'], ['WebFetch'], ['PreToolUse']],
    );
  });

  it('find servers of projects, in a file and in a checkout', async () => {
    const pages = await fixture.sweep();
    const deep = ofKind(pages.get('agents'), 'mcp-server').filter(
      ({ attributes }) => attributes.product === 'claude-code',
    );
    assert.deepEqual(
      deep.map(({ attributes }) => [attributes.package, attributes.pinned]),
      [['fetcher', false]],
    );
    assert.equal(ofKind(pages.get('projects'), 'mcp-server')[0]?.attributes.host, '[::1]:9');
  });

  it('leak no value, and say which file could not be read', async () => {
    const pages = await fixture.sweep();
    assert.ok(!recorded(pages.values()).includes(CANARY));
    assert.deepEqual(pages.get('agents')?.errors, [
      { what: '/root/.gemini/settings.json', why: 'is no document that may be read' },
    ]);
  });

  it('never break a sweep, whatever they hold', () => {
    fc.assert(
      fc.property(
        fc.json({ maxDepth: 6 }),
        (text) => void serversOf(parseJson(`{"mcpServers":{"a":${text}}}`)),
      ),
    );
    const deep = `${'{"a":'.repeat(5000)}1${'}'.repeat(5000)}`;
    assert.deepEqual(serversOf(parseJson(deep)), []);
  });
});
