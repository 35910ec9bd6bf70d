import { MunimentError } from '../../kernel/index.ts';
import type { Api } from '../app.ts';
import * as contract from '../contract/people.ts';
import { listPeople, personNamed } from '../read/people.ts';
import { momentOf } from '../read/when.ts';
import { readRegistration, registrationOptions } from '../sessions/index.ts';
import type { Rooms } from './rooms.ts';

const REGISTRATION = 'registration';

export function mountPeople(app: Api, rooms: Rooms): void {
  const { log, clock, sessions } = rooms;
  const isOurs = (challenge: string) => sessions.challenges.use(REGISTRATION, challenge);

  app.openapi(contract.listPersons, async (c) => {
    const { when } = await momentOf(log, c.req.valid('query'), clock.now());
    return c.json({ items: await listPeople(log, when) }, 200);
  });

  app.openapi(contract.makeSignInLink, async (c) => {
    const { name } = c.req.valid('param');
    const person = await personNamed(log, name);
    if (person === undefined || person.status !== 'active') {
      throw new MunimentError('not_found', `there is no active person \`${name}\``);
    }
    const link = await sessions.makeSignInToken(person.id);
    return c.json({ ...link, url: rooms.signInUrl(link.token) }, 200);
  });

  app.openapi(contract.passkeyRegistration, async (c) => {
    const caller = c.get('caller');
    const self =
      caller.kind === 'person'
        ? (await listPeople(log, {})).find(({ id }) => id === caller.person)
        : undefined;
    const name = c.req.valid('json').name ?? self?.name ?? 'muniment';
    const { challenge } = sessions.challenges.make(REGISTRATION);
    return c.json(await registrationOptions(sessions.party, name, challenge), 200);
  });

  app.openapi(contract.readPasskey, async (c) => {
    const key = await readRegistration(sessions.party, c.req.valid('json').response, isOurs);
    return c.json({ key }, 200);
  });
}
