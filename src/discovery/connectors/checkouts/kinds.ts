import { agentFileItems, isProjectAgentFile, productOf } from '../../files/agents.ts';
import { ciItems, isGitHubWorkflow, isGitLabFile } from '../../files/ci.ts';
import { composeItems, containerFileItems, isComposeFile, isContainerFile } from '../../files/compose.ts';
import type { HostObserved } from '../../files/observed.ts';
import type { FileRead } from '../../files/reader.ts';
import type { FileScene } from '../../files/scene.ts';
import { helmItems, isHelmFile } from './helm.ts';
import { isStateFile } from './state.ts';

type Items = (scene: FileScene, file: FileRead, owner: string) => HostObserved[] | Promise<HostObserved[]>;

export interface Kind {
  listing: string;
  about: string;
  takes(path: string): boolean;
  items: Items;
}

/** Files whose reader makes observations of its own; each kind is a listing. */
export const KINDS: Kind[] = [
  {
    listing: 'ci',
    about: 'CI jobs of GitHub Actions and GitLab: their secrets by name, OIDC tokens and code of others',
    takes: (path) => isGitHubWorkflow(path) || isGitLabFile(path),
    items: ciItems,
  },
  {
    listing: 'agents',
    about: 'MCP servers and AI agents that the checkout sets up',
    takes: isProjectAgentFile,
    items: (scene, file, owner) => agentFileItems(scene, file, owner, productOf(file.path)),
  },
  {
    listing: 'compose',
    about: 'containers of compose and container files, and secrets written into them',
    takes: (path) => isComposeFile(path) || isContainerFile(path),
    items: (scene, file, owner) =>
      (isComposeFile(file.path) ? composeItems : containerFileItems)(scene, file, owner),
  },
  {
    listing: 'helm',
    about: 'service accounts that charts are given, and secrets in their values',
    takes: isHelmFile,
    items: helmItems,
  },
];

export const isWanted = (path: string): boolean =>
  isStateFile(path) || KINDS.some(({ takes }) => takes(path));
