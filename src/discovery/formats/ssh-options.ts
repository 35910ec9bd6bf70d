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

const NAME = /[A-Za-z][A-Za-z0-9-]*/y;
const EXPIRY = /^(\d{4})(\d{2})(\d{2})(?:(\d{2})(\d{2})(\d{2})?)?(Z?)$/i;

function expiryOf(value: string | undefined): string | null {
  const [, year, month, day, hour = '00', minute = '00', second = '00'] = EXPIRY.exec(value ?? '') ?? [];
  const at = new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  return Number.isNaN(at.getTime()) ? null : at.toISOString();
}

/** Where a quoted value ends: at its closing quote, or with the text. A backslash takes the next character along. */
function endOfValue(text: string, from: number): number {
  let at = from;
  while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
  return Math.min(at, text.length);
}

/** Options in order, each with its value as it stands; what is no option is passed over to the next comma. */
function* optionsIn(text: string): Generator<[name: string, value: string | undefined]> {
  for (let at = 0; at < text.length; ) {
    NAME.lastIndex = at;
    const name = NAME.exec(text)?.[0] ?? '';
    let end = at + name.length;
    let value: string | undefined;
    if (text.startsWith('="', end)) {
      const from = end + 2;
      end = endOfValue(text, from);
      value = text.slice(from, end);
      end += 1;
    }
    if (name !== '' && (end >= text.length || text[end] === ',')) yield [name.toLowerCase(), value];
    const comma = text.indexOf(',', end);
    at = comma < 0 ? text.length : comma + 1;
  }
}

const listOf = (value: string | undefined): string[] =>
  (value ?? '').split(',').filter((word) => word !== '');

export function parseKeyOptions(text: string): KeyOptions {
  const options = new Map([...optionsIn(text)].map(([name, value]) => [name, value?.replace(/\\"/g, '"')]));
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
