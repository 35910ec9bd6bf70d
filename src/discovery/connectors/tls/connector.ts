import { isAbsolute } from 'node:path';
import { z } from 'zod';
import { withoutSlashes } from '../../base-url.ts';
import { defineSource, type Opening, type Partition, type Session } from '../../contract.ts';
import { parseHost } from '../../formats/known-hosts.ts';
import { type Endpoint, endpointPage } from './endpoint.ts';
import { listings } from './mapping.ts';
import { operations } from './operations.ts';
import { storePages } from './stores.ts';

const address = z
  .string()
  .refine((text) => /:\d+$/.test(text) && parseHost(text) !== undefined, 'is no `host:port`');
const endpoint = z.union([address, z.strictObject({ address, serverName: z.string().optional() })]);

const settings = z
  .strictObject({
    /** Each `host:port`, or with the name to ask for (SNI) where it is not the host's. */
    endpoints: z.array(endpoint).default([]),
    /** Absolute paths, below which stores are looked for. */
    folders: z.array(z.string().refine(isAbsolute, 'is no absolute path')).default([]),
  })
  .refine(
    ({ endpoints, folders }) => endpoints.length + folders.length > 0,
    'names no endpoint and no folder',
  );

type TlsSettings = z.output<typeof settings>;

function endpointOf(given: TlsSettings['endpoints'][number]): Endpoint {
  const { address: text, serverName } =
    typeof given === 'string' ? { address: given, serverName: undefined } : given;
  const { host, port } = parseHost(text) as { host: string; port: number };
  return { host, port, serverName };
}

/** Two names on one port are two endpoints. */
const nameOf = ({ host, port, serverName }: Endpoint): string => {
  const told = host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
  return serverName === undefined ? told : `${told} as ${serverName}`;
};

/** One a line: which opens which store is found by trying. */
async function passwordsOf(opening: Opening): Promise<string[]> {
  if (!opening.hasSecret('passwords')) return [];
  return (await opening.secret('passwords')).split(/\r?\n/).filter((line) => line !== '');
}

async function open(configured: TlsSettings, opening: Opening): Promise<Session> {
  const endpoints = new Map(configured.endpoints.map(endpointOf).map((each) => [nameOf(each), each]));
  const folders = [...new Set(configured.folders.map(withoutSlashes))];
  const passwords = await passwordsOf(opening);
  const partitions: Partition[] = [
    ...[...endpoints.keys()].map((partition) => ({ partition, scope: { endpoint: [partition] } })),
    ...folders.map((partition) => ({ partition, scope: { stores: [partition] } })),
  ];
  return {
    partitions: async () => partitions,
    read({ partition }) {
      const known = endpoints.get(partition);
      return known === undefined ? storePages(partition, passwords, opening) : endpointPage(known, opening);
    },
    close: async () => undefined,
  };
}

export const source = defineSource<TlsSettings>({
  type: 'tls',
  version: 1,
  title: 'TLS endpoints and stores',
  settings,
  hostSettings: ['folders'],
  secrets: {
    passwords: {
      about: 'passwords of PKCS#12 and JKS stores and of sealed keys, one a line',
      optional: true,
    },
  },
  operations,
  listings,
  open,
});
