/** Options of a line of authorized_keys (sshd(8), AUTHORIZED_KEYS FILE FORMAT), as far as they say what the key may do. */
export interface KeyOptions {
  /** Names of all options, in lower case. */
  names: string[];
  from: string[];
  /** The program alone: what stands around it may hold a secret. */
  command: string | null;
  /** RFC 3339. A time without a zone is the host's own, and is taken for UTC. */
  expires: string | null;
  certAuthority: boolean;
  principals: string[];
}

const OPTION = /([A-Za-z][A-Za-z0-9-]*)(?:="((?:\\[\s\S]|[^"\\])*)"?)?(?:,|$)/g;
const EXPIRY = /^(\d{4})(\d{2})(\d{2})(?:(\d{2})(\d{2})(\d{2})?)?(Z?)$/i;

function expiryOf(value: string | undefined): string | null {
  const [, year, month, day, hour = '00', minute = '00', second = '00'] = EXPIRY.exec(value ?? '') ?? [];
  const at = new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  return Number.isNaN(at.getTime()) ? null : at.toISOString();
}

const listOf = (value: string | undefined): string[] =>
  (value ?? '').split(',').filter((word) => word !== '');

export function parseKeyOptions(text: string): KeyOptions {
  const options = new Map(
    [...text.matchAll(OPTION)].map(([, name = '', value]) => [
      name.toLowerCase(),
      value?.replace(/\\"/g, '"'),
    ]),
  );
  return {
    names: [...options.keys()].sort(),
    from: listOf(options.get('from')),
    command:
      options
        .get('command')
        ?.trim()
        .split(/\s/)
        .find((word) => !word.includes('=')) ?? null,
    expires: expiryOf(options.get('expiry-time')),
    certAuthority: options.has('cert-authority'),
    principals: listOf(options.get('principals')),
  };
}
