/** Where events may be sent. Secrets are named by file and never stand in a setting. */
export type Destination =
  | { to: 'file'; path: string; rotateBytes?: number | undefined }
  | { to: 'https'; url: string; bearerFile?: string | undefined; caFile?: string | undefined }
  | {
      to: 'syslog-tls';
      host: string;
      port: number;
      caFile?: string | undefined;
      certFile?: string | undefined;
      keyFile?: string | undefined;
    };

/** A destination that the server feeds by itself; its place in the log goes by the name. */
export type NamedDestination = Destination & { name: string };

/** One event of the Open Cybersecurity Schema Framework, plain JSON. */
export type OcsfEvent = Record<string, unknown> & {
  metadata: { uid: string } & Record<string, unknown>;
  time: number;
};

/** What the other end holds of ours. */
export interface Held {
  /** Different events, by `metadata.uid`. */
  count: number;
  /** Told more than once; null where the other end does not say. */
  duplicates: number | null;
}

/** Resolves only when the other end has the events for good: the place in the log moves after it. */
export interface Sink {
  send(events: readonly OcsfEvent[]): Promise<void>;
  /** Undefined for a destination that cannot be asked. */
  held?(origin: string): Promise<Held>;
}

/** What a destination is called where it has no name of its own. */
export function placeOf(destination: Destination): string {
  switch (destination.to) {
    case 'file':
      return `file:${destination.path}`;
    case 'https':
      return destination.url;
    case 'syslog-tls':
      return `syslog-tls:${destination.host}:${destination.port}`;
  }
}

export const uidOf = (origin: string, index: number): string => `${origin}/${index}`;

export interface MappingContext {
  origin: string;
  /** The declared name of an id, for people to read; undefined where it has none or a personal one. */
  nameOf(id: string): string | undefined;
}
