import { agentFileItems, isProjectAgentFile, productOf } from '../../files/agents.ts';
import { ciItems, isGitHubWorkflow, isGitLabFile } from '../../files/ci.ts';
import { composeItems, containerFileItems, isComposeFile, isContainerFile } from '../../files/compose.ts';
import type { HostObserved } from '../../files/observed.ts';
import type { FileRead } from '../../files/reader.ts';
import { findFiles } from '../../files/walk.ts';
import { accountNamed, homesOf } from './account.ts';
import { AGENT_PLACES } from './agents.ts';
import type { Scene } from './scene.ts';

/** Homes that hold work: a system account's is its program's folder, which the roots name if it matters. */
const FIRST_ORDINARY_UID = 1000;

export const PROJECT_PLACES = ['homes of people and of root'];

const KINDS: Array<{
  takes(path: string): boolean;
  items(scene: Scene, file: FileRead, owner: string): HostObserved[] | Promise<HostObserved[]>;
}> = [
  { takes: isComposeFile, items: composeItems },
  { takes: isContainerFile, items: containerFileItems },
  { takes: (path) => isGitHubWorkflow(path) || isGitLabFile(path), items: ciItems },
  {
    takes: isProjectAgentFile,
    items: (scene, file, owner) => agentFileItems(scene, file, owner, productOf(file.path)),
  },
];

const kindOf = (path: string) => KINDS.find(({ takes }) => takes(path));

const rootsOf = ({ roots, accounts }: Scene): string[] => [
  ...homesOf(accounts)
    .filter(({ uid }) => uid === 0 || uid >= FIRST_ORDINARY_UID)
    .map(({ home }) => home),
  ...roots,
];

/** A home's own agent files are the listing of agents' to tell. */
const isOfHome = (path: string, homes: string[]): boolean =>
  isProjectAgentFile(path) && homes.some((home) => AGENT_PLACES.includes(path.replace(home, '~')));

/** Compose and container files, CI files and agents' files of checkouts below the roots. */
export async function projectItems(scene: Scene): Promise<HostObserved[]> {
  const roots = rootsOf(scene);
  const homes = homesOf(scene.accounts).map(({ home }) => home);
  const items: HostObserved[] = [];
  const wanted = (path: string) => kindOf(path) !== undefined && !isOfHome(path, homes);
  for (const path of await findFiles(scene.reader, roots, wanted)) {
    const within = roots.find((root) => path.startsWith(`${root}/`)) ?? '/';
    const file = await scene.reader.file(path, { within });
    if (file === undefined) continue;
    const owner = accountNamed(scene.accounts, String(file.uid))?.name ?? String(file.uid);
    items.push(...((await kindOf(path)?.items(scene, file, owner)) ?? []));
  }
  return items;
}
