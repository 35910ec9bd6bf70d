import { AGENT_FILES, agentFileItems } from '../../files/agents.ts';
import type { HostObserved } from '../../files/observed.ts';
import { homesOf } from './account.ts';
import type { Scene } from './scene.ts';

export const AGENT_PLACES = Object.keys(AGENT_FILES).map((path) => `~/${path}`);

export async function agentItems(scene: Scene): Promise<HostObserved[]> {
  const items: HostObserved[] = [];
  for (const { home, name } of homesOf(scene.accounts)) {
    for (const [path, product] of Object.entries(AGENT_FILES)) {
      const file = await scene.reader.file(`${home}/${path}`, { within: home });
      if (file !== undefined) items.push(...agentFileItems(scene, file, name, product));
    }
  }
  return items;
}
