import type { z } from '@hono/zod-openapi';
import { MunimentError } from '../../kernel/index.ts';
import type { Api } from '../app.ts';
import * as contract from '../contract/people.ts';
import { actorOf } from '../env.ts';
import { findPerson, listPeople, personNamed } from '../read/people.ts';
import { momentOf } from '../read/when.ts';
import { readRegistration, registrationOptions, type Sessions } from '../sessions/index.ts';
import type { Rooms } from './rooms.ts';

const REGISTRATION = 'registration';

export function mountPeople(app: Api, rooms: Rooms): void {
  const { log, clock, sessions, changes } = rooms;
  const isOurs = (challenge: string) => sessions.challenges.use(REGISTRATION, challenge);

  app.openapi(contract.listPersons, async (c) => {
    const { when } = await momentOf(log, c.req.valid('query'), clock.now());
    return c.json({ items: await listPeople(log, when) }, 200);
  });

  app.openapi(contract.enrolPerson, async (c) => {
    const { key, email, roles, uid, ...given } = c.req.valid('json');
    const caller = c.get('caller');
    const offered = key && (await keyOf(sessions, key, isOurs));
    const { person: id } = await changes.enrolBootstrap({
      ...given,
      ...(email === undefined ? {} : { email }),
      ...(roles === undefined ? {} : { roles }),
      ...(uid === undefined ? {} : { uid }),
      ...(offered === undefined ? {} : { key: offered }),
      actor: actorOf(caller),
    });
    if (caller.kind === 'bootstrap') await sessions.bind(caller.session.id, id);
    const person = await findPerson(log, id);
    if (person === undefined) throw new MunimentError('internal', 'the person was not enrolled');
    return c.json({ person }, 200);
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

type KeyOffer = NonNullable<z.output<(typeof contract)['EnrolmentBody']>['key']>;

/** A key file's public key as it is, or what a passkey registration proves. */
const keyOf = ({ party }: Sessions, key: KeyOffer, isOurs: (challenge: string) => boolean) =>
  key.type === 'ed25519' ? key : readRegistration(party, key.response, isOurs);
