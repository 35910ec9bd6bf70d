/** As the API has it: more is refused there. */
export const MANIFESTS_MAX_CHARACTERS = 512 * 1024;

const isManifest = ({ name }: File): boolean => /\.ya?ml$/.test(name);

/** The YAML files among these as one stream of documents, in the order of their paths, as the command line reads a folder. */
export async function joined(files: File[]): Promise<string> {
  const pathOf = (file: File): string => file.webkitRelativePath || file.name;
  const wanted = files.filter(isManifest).sort((a, b) => (pathOf(a) < pathOf(b) ? -1 : 1));
  return (await Promise.all(wanted.map((file) => file.text()))).join('\n---\n');
}
