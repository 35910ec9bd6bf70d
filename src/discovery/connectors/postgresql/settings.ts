import { z } from 'zod';

const PORT = 5432;
const PORT_MAX = 65_535;

export const settings = z.strictObject({
  host: z.string().min(1).describe('Name or address of the server'),
  port: z.int().min(1).max(PORT_MAX).default(PORT),
  user: z.string().min(1).describe('Login role that reads'),
  database: z.string().min(1).default('postgres').describe('Where the list of databases is read'),
  tls: z
    .enum(['verify', 'off'])
    .default('verify')
    .describe('`off` sends everything in clear: for a server on this host'),
  ca: z.string().optional().describe('Certificates (PEM) that the server is checked against'),
  certificate: z.string().optional().describe('Certificate (PEM) for the secret `clientKey`'),
});
export type Settings = z.output<typeof settings>;

/** Name of the server: partition, and part of the names by which others know its roles. */
export const serverOf = ({ host, port }: Settings): string => `${host.toLowerCase()}:${port}`;
