import { StringDecoder } from 'node:string_decoder';

const EVENT_MAX_CHARACTERS = 4 * 1024 * 1024;

export interface ServerSentEvent {
  event: string;
  data: string;
  /** The last one that the stream named; empty before that. */
  id: string;
}

/**
 * Reads `text/event-stream` (HTML standard, 9.2.6) from chunks cut anywhere, within a character too. Throws `RangeError`
 * for an event of over 4 MiB.
 */
export function createEventParser(emit: (event: ServerSentEvent) => void): (chunk: Uint8Array) => void {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  let event = '';
  let data: string[] = [];
  let id = '';

  function take(line: string): void {
    if (line === '') {
      if (data.length > 0 || event !== '') emit({ event: event || 'message', data: data.join('\n'), id });
      event = '';
      data = [];
      return;
    }
    const colon = line.indexOf(':');
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (field === 'event') event = value;
    if (field === 'data') data.push(value);
    if (field === 'id' && !value.includes('\0')) id = value;
  }

  return (chunk) => {
    rest += decoder.write(Buffer.from(chunk));
    if (rest.length > EVENT_MAX_CHARACTERS) throw new RangeError('event is too long');
    // A lone CR at the end may be the first half of a CRLF, so it waits for the next chunk.
    const lines = rest.split(/\r\n|\n|\r(?!$)/);
    rest = lines.pop() ?? '';
    for (const line of lines) take(line);
    if (data.reduce((sum, line) => sum + line.length, 0) > EVENT_MAX_CHARACTERS) {
      throw new RangeError('event is too long');
    }
  };
}
