import {
  browser,
  type Call,
  enrol,
  joinAgent,
  openTestHouse,
  operatorDoor,
  socketDoor,
  type TestHouse,
  type TestPerson,
  TLS_DOOR,
} from '../../src/api/testing.ts';

/** Everybody who may come to a door, each as the requests of a real house. */
export const COLUMNS = [
  'nobody, at the console',
  'nobody, over TLS',
  'nobody, at the plain http of revocation lists',
  'viewer',
  'operator',
  'approver',
  'auditor',
  'admin',
  'viewer, operator and auditor, by cookie and its token',
  'viewer, operator and auditor, by cookie without a token',
  "viewer, operator and auditor, by cookie with another session's token",
  'a session that has ended',
  'the bootstrap session, before there are people',
  'the local operator',
  'another uid at the admin socket',
  'an agent',
  'an agent that is locked',
  'a certificate that is not ours',
] as const;

export type Column = (typeof COLUMNS)[number];
export interface Seat {
  house: TestHouse;
  call: Call;
}

const FOREIGN_UID = 54_321;
/** In the order of the columns. */
const ALL = ['viewer', 'operator', 'approver', 'auditor', 'admin'];

const ENROLLED = ['viewer', 'operator', 'auditor', 'approver', 'admin'];

/** A browser that was given a sign-in link. */
async function signInByLink(
  house: TestHouse,
  person: string | null,
): Promise<{ cookie: string; csrf: string }> {
  const { token } = await house.api.sessions.makeSignInToken(person);
  const headers = browser(await house.call('/api/v1/sessions', { body: { token } }));
  return { cookie: headers.cookie ?? '', csrf: headers['x-csrf-token'] ?? '' };
}

async function ended(house: TestHouse, person: TestPerson): Promise<Call> {
  const { cookie } = await signInByLink(house, person.id);
  const headers = { authorization: `Bearer ${cookie.split('=')[1]}` };
  await house.call('/api/v1/session', { method: 'DELETE', headers });
  return { headers };
}

async function lockedAgent(house: TestHouse): Promise<Call> {
  const { door } = await joinAgent(house, 'locked-1');
  const body = { target: { kind: 'agent', id: 'locked-1' }, reason: 'a test' };
  const answer = await house.call('/api/v1/locks', { body, door: operatorDoor() });
  if (answer.status !== 200) throw new Error(answer.text);
  return { door };
}

async function browsers(house: TestHouse, person: TestPerson): Promise<Call[]> {
  const [mine, other] = [await signInByLink(house, person.id), await signInByLink(house, person.id)];
  return [{ 'x-csrf-token': mine.csrf }, {}, { 'x-csrf-token': other.csrf }].map((token) => ({
    headers: { cookie: mine.cookie, ...token } as Record<string, string>,
  }));
}

/** One call for each column, in their order. */
export async function seatAll(): Promise<{ seats: Map<Column, Seat>; close(): Promise<void> }> {
  const [house, empty] = [await openTestHouse(), await openTestHouse()];
  // Approvers last: the bootstrap closes with the second who may approve.
  const all = await enrol(house, 'all', ['viewer', 'operator', 'auditor']);
  const people: TestPerson[] = [];
  for (const role of ENROLLED) people.push(await enrol(house, role, [role]));
  people.sort((a, b) => ALL.indexOf(a.name) - ALL.indexOf(b.name));
  const bootstrap = await signInByLink(empty, null);
  const root = new Uint8Array(house.house.authority.root().certificate);
  const calls: Call[] = [
    {},
    { door: TLS_DOOR },
    { door: { ...TLS_DOOR, kind: 'pki' } },
    ...people.map(({ bearer }) => ({ headers: bearer })),
    ...(await browsers(house, all)),
    await ended(house, all),
    { headers: { cookie: bootstrap.cookie, 'x-csrf-token': bootstrap.csrf } },
    { door: operatorDoor() },
    { door: socketDoor(FOREIGN_UID) },
    { door: (await joinAgent(house, 'web-1')).door },
    await lockedAgent(house),
    { door: { ...TLS_DOOR, certificate: root } },
  ];
  const seats = COLUMNS.map((column, at): [Column, Seat] => [
    column,
    { house: column.startsWith('the bootstrap') ? empty : house, call: calls[at] as Call },
  ]);
  return {
    seats: new Map(seats),
    async close() {
      await house.close();
      await empty.close();
    },
  };
}
