import { z } from 'zod';

export const settings = z.strictObject({
  url: z
    .string()
    .regex(/^ldaps?:\/\/[^/?#@]+$/)
    .describe('`ldaps://HOST[:PORT]`; `ldap://` sends everything in clear'),
  bindDn: z
    .string()
    .min(1)
    .describe('Distinguished name (or, in Active Directory, `user@domain`) that reads'),
  baseDns: z
    .array(z.string().min(1))
    .optional()
    .describe('What is read; all naming contexts that the server tells where absent'),
  kind: z.enum(['auto', 'ldap', 'active-directory']).default('auto'),
  filter: z
    .string()
    .min(1)
    .default('(|(objectClass=applicationProcess)(objectClass=account)(objectClass=simpleSecurityObject))')
    .describe('Which entries of a plain LDAP server are accounts of services'),
  ca: z.string().optional().describe('Certificates (PEM) that the server is checked against'),
});
export type Settings = z.output<typeof settings>;

/** Name of the server, as a part of partitions. */
export const serverOf = ({ url }: Settings): string => new URL(url).host.toLowerCase();
