/** A program of its own that calls the Workload API: tests run it as another user. Prints what it got as one JSON line. */
import { ForeignClient } from './foreign-client.ts';

const [socketPath = '', method = 'FetchX509SVID'] = process.argv.slice(2);
const client = new ForeignClient(socketPath);
try {
  const { svids } =
    method === 'FetchJWTSVID'
      ? await client.call(method, { audience: ['test'] })
      : await client.watch(method).next();
  console.log(JSON.stringify({ ids: svids.map((svid: { spiffe_id: string }) => svid.spiffe_id) }));
} catch (error) {
  console.log(JSON.stringify({ code: (error as { code?: number }).code }));
}
client.close();
process.exit();
