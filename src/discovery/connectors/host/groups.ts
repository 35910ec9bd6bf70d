import type { HostObserved } from '../../files/observed.ts';
import { type Account, accountNamed } from './account.ts';
import { accountFacts, pathFor, type Scene } from './scene.ts';
import { administratorGroups, readSudoRules } from './sudo.ts';

/** Groups that are as good as root: each lets a member start a container over the host's files, or write to its disks. */
const ROOT_EQUIVALENT: ReadonlySet<string> = new Set([
  'docker',
  'podman',
  'lxd',
  'incus-admin',
  'disk',
  'libvirt',
]);

export interface Group {
  name: string;
  gid: number;
  members: string[];
}

/** group(5). A line of another shape is passed over and counted. */
export function parseGroups(text: string): { groups: Group[]; badLines: number } {
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  const groups = lines.flatMap((line): Group[] => {
    const [name, , gid, members] = line.split(':');
    if (!name || !/^\d+$/.test(gid ?? '') || members === undefined) return [];
    return [{ name, gid: Number(gid), members: members.split(',').filter((member) => member !== '') }];
  });
  return { groups, badLines: lines.length - groups.length };
}

/** Listed in the group, or with it as their own. */
const membersOf = (group: Group, accounts: Account[]): Set<string> =>
  new Set([...group.members, ...accounts.filter(({ gid }) => gid === group.gid).map(({ name }) => name)]);

/** How a member of the group comes to act as administrator; undefined where it does not. */
function pathBy(group: Group, sudo: Map<string, boolean>): string | undefined {
  if (ROOT_EQUIVALENT.has(group.name)) return `${group.name} group`;
  const noPassword = sudo.get(group.name);
  if (noPassword === undefined) return undefined;
  return `sudo ALL by group${noPassword ? ' without a password' : ''}`;
}

function observeMember(scene: Scene, group: Group, member: string, path: string): HostObserved {
  return {
    class: 'permission',
    naturalId: `group/${group.name}/${member}`,
    label: pathFor(accountNamed(scene.accounts, member), `${member} is in ${group.name}`),
    attributes: {
      kind: 'group-member',
      ...accountFacts(scene, member),
      group: group.name,
      administrator: true,
      path,
    },
  };
}

/** Members of the groups that make an administrator, one by one. */
export async function groupItems(scene: Scene): Promise<HostObserved[]> {
  const file = await scene.reader.file('/etc/group', { trusted: true });
  const { groups, badLines } = parseGroups(file?.text ?? '');
  if (badLines > 0)
    scene.reader.errors.push({ what: '/etc/group', why: `${badLines} lines of another shape` });
  const sudo = administratorGroups(await readSudoRules(scene.reader));
  return groups.flatMap((group) => {
    const path = pathBy(group, sudo);
    if (path === undefined) return [];
    return [...membersOf(group, scene.accounts)].map((member) => observeMember(scene, group, member, path));
  });
}
