import { Agent, request } from 'node:https';

export { Agent };

/** `fetch` that trusts one CA: Node's own takes no CA of a caller's. */
export function fetch(
  url: string,
  agent: Agent,
  headers: Record<string, string> = {},
  form?: { type: string; text: string },
): Promise<Response> {
  return new Promise((resolve, reject) => {
    const asked = request(
      url,
      {
        agent,
        headers: { ...headers, ...(form && { 'content-type': form.type }) },
        method: form === undefined ? 'GET' : 'POST',
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => {
          const type = response.headers['content-type'] ?? '';
          resolve(
            new Response(Buffer.concat(chunks), {
              status: response.statusCode ?? 500,
              headers: { 'content-type': type },
            }),
          );
        });
        response.on('error', reject);
      },
    );
    asked.on('error', reject);
    asked.end(form?.text);
  });
}
