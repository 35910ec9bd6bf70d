import { hostname } from 'node:os';
import { concatBytes, utf8 } from '#verifier';
import { readNamedFile, writeTls } from '../client.ts';
import type { Destination, OcsfEvent, Sink } from './model.ts';

/** RFC 5424, section 6.2.1: facility 13, log audit. */
const FACILITY_AUDIT = 13;
const SEVERITY_BY_OCSF: Record<number, number> = { 1: 6, 2: 5, 3: 4, 4: 2 };
const HOSTNAME_MAX_CHARACTERS = 255;
/** RFC 5424, section 6.2.7: 32 characters of printable ASCII. */
const MSGID_MAX_CHARACTERS = 32;
const BOM = '\uFEFF';

const printable = (text: string, max: number): string =>
  text.replace(/[^\x21-\x7e]/g, '').slice(0, max) || '-';

/** One message (RFC 5424): the event is the message, as UTF-8 with its mark (section 6.4). */
export function toSyslog(event: OcsfEvent, host = hostname()): string {
  const severity = SEVERITY_BY_OCSF[Number(event.severity_id)] ?? 6;
  const time = new Date(event.time).toISOString();
  const kind = printable(String(event.metadata.event_code ?? '-'), MSGID_MAX_CHARACTERS);
  const header = `<${FACILITY_AUDIT * 8 + severity}>1 ${time} ${printable(host, HOSTNAME_MAX_CHARACTERS)} muniment - ${kind} -`;
  return `${header} ${BOM}${JSON.stringify(event)}`;
}

/** RFC 5425, section 4.3: the length in octets, a space, the message. */
export function frame(message: string): Uint8Array {
  const bytes = utf8(message);
  return concatBytes(utf8(`${bytes.length} `), bytes);
}

/**
 * Syslog has no acknowledgement. So each batch has a connection of its own, and counts as taken when the receiver, having read to
 * its end, closes too: what it does with a message after that is its own affair.
 */
export function createSyslogSink(destination: Extract<Destination, { to: 'syslog-tls' }>): Sink {
  const { host, port, caFile, certFile, keyFile } = destination;
  return {
    async send(events) {
      const place = {
        host,
        port,
        ...(caFile === undefined ? {} : { ca: readNamedFile(caFile) }),
        ...(certFile === undefined ? {} : { cert: readNamedFile(certFile) }),
        ...(keyFile === undefined ? {} : { key: readNamedFile(keyFile) }),
      };
      await writeTls(place, concatBytes(...events.map((event) => frame(toSyslog(event)))));
    },
  };
}
