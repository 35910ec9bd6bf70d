import { z } from 'zod';
import { type HostAddress, parseHost } from '../../formats/known-hosts.ts';

const host = z.string().refine((text) => parseHost(text) !== undefined, 'is no `host` or `host:port`');

export const settings = z
  .strictObject({
    /** Each `host`, `host:port` or `[address]:port`. */
    hosts: z.array(host).default([]),
    /** Path of a known_hosts file. A host whose key does not stand there is looked at and not logged in to. */
    knownHosts: z.string(),
    /** Sweep every host that the file names, too. */
    everyKnownHost: z.boolean().default(false),
    /** Account to log in as, with the secret `privateKey`. Without it only host keys are seen. */
    user: z.string().min(1).optional(),
  })
  .refine(({ hosts, everyKnownHost }) => hosts.length > 0 || everyKnownHost, 'names no host');

export type SshSettings = z.output<typeof settings>;

export const addressOf = (text: string): HostAddress => parseHost(text) as HostAddress;

/** The partition's name: always with the port, so that one host has one. */
export const partitionOf = ({ host, port }: HostAddress): string =>
  host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
