import {
  clamp,
  clamped,
  type Fields,
  fieldsOf,
  listOf,
  parseJson,
  parseYaml,
  textOf,
} from '../formats/documents.ts';
import { isInlineSecret, isSecretName } from '../formats/secret-names.ts';
import type { HostObserved } from './observed.ts';
import type { FileRead } from './reader.ts';
import type { FileScene } from './scene.ts';
import { fileFacts, observeSecret } from './secrets.ts';

/** AI agents of a home or a checkout: which MCP servers they start, with which credentials, and what they may do unasked. */

/** Below a home: whose file it is. */
export const AGENT_FILES: Record<string, string> = {
  '.mcp.json': 'mcp',
  '.claude.json': 'claude-code',
  '.claude/settings.json': 'claude-code',
  '.claude/settings.local.json': 'claude-code',
  '.config/Claude/claude_desktop_config.json': 'claude-desktop',
  '.cursor/mcp.json': 'cursor',
  '.vscode/mcp.json': 'vscode',
  '.config/Code/User/mcp.json': 'vscode',
  '.config/Code/User/settings.json': 'vscode',
  '.codeium/windsurf/mcp_config.json': 'windsurf',
  '.gemini/settings.json': 'gemini',
  '.config/zed/settings.json': 'zed',
  '.config/opencode/opencode.json': 'opencode',
  '.aws/amazonq/mcp.json': 'amazon-q',
  '.config/goose/config.yaml': 'goose',
  '.continue/config.yaml': 'continue',
};

/** Those of a project: the agent that is opened there obeys them. */
export const isProjectAgentFile = (path: string): boolean =>
  /(?:^|\/)(?:\.mcp\.json|\.cursor\/mcp\.json|\.vscode\/mcp\.json|\.claude\/settings(?:\.local)?\.json)$/.test(
    path,
  );

const SERVER_KEYS: ReadonlySet<string> = new Set([
  'mcpServers',
  'mcp_servers',
  'context_servers',
  'servers',
  'mcp',
  'extensions',
]);
const DEPTH_MAX = 8;
const SERVERS_MAX = 500;

export interface McpServer {
  name: string;
  /** Where it stands in the file: one name may stand in several projects. */
  place: string;
  fields: Fields;
}

const isServer = (value: unknown): boolean => {
  const { command, url, cmd, uri, httpUrl, serverUrl } = fieldsOf(value);
  return [command, cmd, url, uri, httpUrl, serverUrl].some(
    (word) => typeof word === 'string' || typeof fieldsOf(word).path === 'string',
  );
};

/** Every server of a file, wherever the product keeps them. */
export function serversOf(document: unknown): McpServer[] {
  const servers: McpServer[] = [];
  const visit = (value: unknown, place: string, depth: number): void => {
    for (const [key, child] of Object.entries(fieldsOf(value))) {
      if (depth > DEPTH_MAX || servers.length >= SERVERS_MAX) return;
      if (SERVER_KEYS.has(key)) {
        for (const [name, fields] of Object.entries(fieldsOf(child)))
          if (isServer(fields)) servers.push({ name, place: `${place}/${key}`, fields: fieldsOf(fields) });
      }
      visit(child, `${place}/${key}`, depth + 1);
    }
  };
  visit(document, '', 0);
  return servers.slice(0, SERVERS_MAX);
}

/** A URL's host alone: what follows may hold a key. */
function hostOf(url: string | undefined): string | null {
  if (url === undefined || !URL.canParse(url)) return null;
  return clamp(new URL(url).host);
}

const RUNNERS = /(?:^|\/)(?:npx|bunx|uvx|pnpx|pipx|uv|npm|pnpm|yarn|deno|docker|podman)$/;
const PACKAGE = /^@?[a-z0-9][\w.-]*(?:\/[\w.-]+)*(?:(?:@|==|:)[\w.+-]+)?$/i;
const RUNNER_WORDS: ReadonlySet<string> = new Set(['run', 'exec', 'dlx', 'x', 'tool']);
/** Options that take no value, or the package itself as theirs. */
const FLAGS: ReadonlySet<string> = new Set([
  '-y',
  '--yes',
  '-q',
  '--quiet',
  '-i',
  '-t',
  '-it',
  '--rm',
  '--from',
  '-p',
  '--package',
]);

/** What a runner fetches and starts. An argument that may be an option's value is not shown, for it may be a key. */
function packageOf(command: string, args: unknown): string | null {
  if (!RUNNERS.test(command)) return null;
  const words = listOf(args).flatMap((word) => textOf(word) ?? []);
  const isValue = (at: number): boolean => /^-/.test(words[at - 1] ?? '') && !FLAGS.has(words[at - 1] ?? '');
  const found = words.find((word, at) => PACKAGE.test(word) && !RUNNER_WORDS.has(word) && !isValue(at));
  return found ?? null;
}

/** Tools that run without a person being asked, and those that are named at all. */
const TOOL_KEYS = [
  'alwaysAllow',
  'autoApprove',
  'allowedTools',
  'enabledTools',
  'includeTools',
  'tools',
  'trust',
];

const toolsOf = (fields: Fields): string[] =>
  clamped(
    TOOL_KEYS.flatMap((key) => {
      const value = fields[key];
      if (value === true) return ['*'];
      return Array.isArray(value)
        ? value.flatMap((tool) => textOf(tool) ?? [])
        : Object.keys(fieldsOf(value));
    }),
  );

/** Variables and headers, by name; the values are looked at for secrets only. */
const givenTo = (fields: Fields): Fields => ({
  ...fieldsOf(fields.env),
  ...fieldsOf(fields.envs),
  ...fieldsOf(fields.headers),
  ...fieldsOf(fieldsOf(fields.requestInit).headers),
});

function observeServer(
  scene: FileScene,
  file: FileRead,
  owner: string,
  product: string,
  server: McpServer,
): HostObserved {
  const { fields } = server;
  const command = textOf(fields.command) ?? textOf(fields.cmd) ?? textOf(fieldsOf(fields.command).path) ?? '';
  const url = [fields.url, fields.uri, fields.httpUrl, fields.serverUrl]
    .map(textOf)
    .find((each) => each !== undefined);
  const started = packageOf(command, fields.args);
  return {
    class: 'identity',
    naturalId: `mcp/${file.path}/${server.place}/${server.name}`,
    label: scene.told(owner, `MCP server ${clamp(server.name)} of ${file.path}`),
    attributes: {
      kind: 'mcp-server',
      product,
      ...scene.whose(owner),
      transport: url === undefined ? 'stdio' : 'http',
      exec: scene.told(owner, clamp(command.split(/\s/)[0] ?? '')),
      host: hostOf(url),
      package: started === null ? null : clamp(started),
      pinned: started === null ? null : /.(?:@|==)\d[\w.+-]*$|@sha256:/.test(started),
      credentials: clamped(
        Object.keys(givenTo(fields)).filter((name) => isSecretName(name) || isAuthorization(name)),
      ),
      tools: toolsOf(fields),
      file: scene.told(owner, file.path),
    },
  };
}

const isAuthorization = (name: string): boolean =>
  /^(?:proxy-)?authorization$|^x-api-key$|^cookie$/i.test(name);

const REFERENCE = /\$\{[^{}]*\}|^\$\w+$/;

function secretsOf(server: McpServer): Array<{ name: string; value: string }> {
  return Object.entries(givenTo(server.fields)).flatMap(([name, value]) => {
    const inline = isInlineSecret(name, value) || (isAuthorization(name) && typeof value === 'string');
    return inline && !REFERENCE.test(value)
      ? [{ name: `${server.place}/${server.name}/${name}`, value }]
      : [];
  });
}

/** `Bash(git push:*)` is the tool `Bash`: what stands in brackets may hold a secret. */
const toolName = (rule: unknown): string[] => {
  const name = /^[\w.*-]+/.exec(textOf(rule) ?? '')?.[0];
  return name === undefined ? [] : [name];
};

/** What an agent may do without asking; undefined where the file says nothing of it. */
function agentOf(
  scene: FileScene,
  file: FileRead,
  owner: string,
  product: string,
  document: unknown,
): HostObserved | undefined {
  const { permissions, hooks, apiKeyHelper } = fieldsOf(document);
  if (permissions === undefined && hooks === undefined && apiKeyHelper === undefined) return undefined;
  const { allow, deny, defaultMode } = fieldsOf(permissions);
  return {
    class: 'identity',
    naturalId: `ai-agent/${file.path}`,
    label: scene.told(owner, `AI agent set up by ${file.path}`),
    attributes: {
      kind: 'ai-agent',
      product,
      approvals: clamp(textOf(defaultMode) ?? '') || null,
      tools: clamped(listOf(allow).flatMap(toolName)),
      deniedTools: clamped(listOf(deny).flatMap(toolName)),
      hooks: clamped(Object.keys(fieldsOf(hooks))),
      keyHelper: apiKeyHelper !== undefined,
      ...fileFacts(scene, file, owner),
    },
  };
}

/** One agent's file. Inline credentials are observed as such, by variable name. */
export function agentFileItems(
  scene: FileScene,
  file: FileRead,
  owner: string,
  product: string,
): HostObserved[] {
  const document = /\.ya?ml$/.test(file.path) ? parseYaml(file.text) : parseJson(file.text);
  if (document === undefined) {
    scene.reader.errors.push({ what: file.path, why: 'is no document that may be read' });
    return [];
  }
  const agent = agentOf(scene, file, owner, product, document);
  const servers = serversOf(document);
  return [
    ...(agent === undefined ? [] : [agent]),
    ...servers.map((server) => observeServer(scene, file, owner, product, server)),
    ...servers.flatMap((server) =>
      secretsOf(server).map(({ name, value }) =>
        observeSecret(scene, file, owner, 'agent-secret', { name, form: 'plain', value }),
      ),
    ),
  ];
}

export const productOf = (path: string): string =>
  Object.entries(AGENT_FILES).find(([name]) => path.endsWith(`/${name}`))?.[1] ?? 'mcp';
