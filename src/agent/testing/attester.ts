/** A program of its own that attests whoever connects: tests run it as a user who may not look at others. */
import { createServer } from 'node:net';
import { createAttestor } from '../attest-unix.ts';
import { readPeer } from '../peer.ts';

const server = createServer(async (socket) => {
  const peer = readPeer(socket);
  const { facts } = await createAttestor({ seed: 'test' }).attest(peer);
  console.log(JSON.stringify(facts));
});
server.listen(process.argv[2], () => console.log('listening'));
