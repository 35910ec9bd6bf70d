import { defineSource, type Opening } from '../../contract.ts';
import { SourceError } from '../../source-error.ts';
import type { Credentials } from './clients.ts';
import { LISTINGS } from './mapping.ts';
import { OPERATIONS } from './operations.ts';
import { createSession } from './session.ts';
import { SETTINGS, type Settings } from './settings.ts';

/** A configured access key, or none: then the SDK's own chain finds the credential of this machine. */
async function credentialsOf({ accessKeyId }: Settings, opening: Opening): Promise<Credentials | undefined> {
  if (accessKeyId === undefined) return undefined;
  if (!opening.hasSecret('secretAccessKey'))
    throw new SourceError('failed', 'an access key is configured, and its secret is not');
  return {
    accessKeyId,
    secretAccessKey: await opening.secret('secretAccessKey'),
    ...(opening.hasSecret('sessionToken') ? { sessionToken: await opening.secret('sessionToken') } : {}),
  };
}

export const source = defineSource<Settings>({
  type: 'aws',
  version: 1,
  title: 'Amazon Web Services',
  settings: SETTINGS,
  hostSettings: ['cloudtrail'],
  secrets: {
    secretAccessKey: {
      about: 'Secret of `accessKeyId`; without both the credential of this machine is used.',
      optional: true,
    },
    sessionToken: { about: 'Of a temporary access key.', optional: true },
  },
  operations: OPERATIONS,
  listings: LISTINGS,
  open: async (settings, opening) => createSession(settings, await credentialsOf(settings, opening), opening),
});
