import type { SourceType } from '../../discovery/index.ts';
import { isMunimentError, MunimentError } from '../../kernel/index.ts';
import type { Api } from '../app.ts';
import * as contract from '../contract/sources.ts';
import { actorOf, type Caller } from '../env.ts';
import { viewSource, viewSourceType } from '../read/sources.ts';
import type { Rooms } from './rooms.ts';

/** Sources, and the kinds of them. */
export function mountSources(app: Api, rooms: Rooms): void {
  const { database, discovery } = rooms;

  async function sourceNamed(name: string) {
    const found = (await discovery.sources()).find(({ source }) => source === name);
    if (found === undefined) throw new MunimentError('not_found', `there is no source \`${name}\``);
    return viewSource(database.db, found);
  }

  app.openapi(contract.listSourceTypes, async (c) => {
    const types = discovery.catalog.words().map((word) => discovery.catalog.type(word));
    return c.json({ items: (await Promise.all(types)).map(viewSourceType) }, 200);
  });

  app.openapi(contract.listSources, async (c) => {
    const views = (await discovery.sources()).map((view) => viewSource(database.db, view));
    return c.json({ items: await Promise.all(views) }, 200);
  });

  app.openapi(contract.getSource, async (c) => c.json(await sourceNamed(c.req.valid('param').source), 200));

  app.openapi(contract.putSource, async (c) => {
    const { source } = c.req.valid('param');
    const request = c.req.valid('json');
    checkPlaces(c.get('caller'), request, await discovery.catalog.type(request.type));
    const { entry } = await discovery.configure({ source, ...request }, actorOf(c.get('caller')));
    return c.json({ entry, source: await sourceNamed(source) }, 200);
  });

  app.openapi(contract.removeSource, async (c) => {
    const { source } = c.req.valid('param');
    return c.json(await discovery.remove(source, c.req.valid('json').reason, actorOf(c.get('caller'))), 200);
  });

  app.openapi(contract.testSource, async (c) => {
    const { failed, partitions } = await discovery.test(c.req.valid('param').source);
    const { type } = await discovery.source(c.req.valid('param').source);
    const rights = new Map(type.operations.map(({ name, privilege }) => [name, privilege]));
    const told = partitions.map(({ partition, listings }) => ({
      partition,
      listings: listings.map(({ listing, operations, ok, why, items }) => ({
        ...{ listing, ok, why, items },
        privileges: [...new Set(operations.flatMap((name) => rights.get(name) ?? []))],
      })),
    }));
    return c.json({ failed, partitions: told }, 200);
  });

  app.openapi(contract.explainSource, async (c) => {
    const word = c.req.valid('param').source;
    const configured = await discovery.source(word).catch((error: unknown) => {
      if (isMunimentError(error) && error.code === 'not_found') return undefined;
      throw error;
    });
    return c.json(viewSourceType(configured?.type ?? (await discovery.catalog.type(word))), 200);
  });
}

/**
 * A file or a variable of the server's own is named by whoever is on its host: anybody else could have the server send its own
 * keys to an address of theirs, as the credential of a source, or tell what stands in a file as something that it found.
 */
function checkPlaces(
  caller: Caller,
  { settings, secrets }: { settings: Record<string, unknown>; secrets: Record<string, object> },
  { hostSettings = [] }: SourceType,
): void {
  if (caller.kind === 'socket') return;
  const named = hostSettings.some((name) => settings[name] !== undefined);
  if (!named && Object.values(secrets).every((secret) => 'value' in secret)) return;
  throw new MunimentError(
    'forbidden',
    'files and variables of the server are named over its admin socket alone',
  );
}
