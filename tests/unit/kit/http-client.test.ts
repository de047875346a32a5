import type { RequestListener } from 'node:http';
import { inspect } from 'node:util';
import { httpRequest } from '../../../src/kit/http-client.ts';
import { freePort } from '../../harness/free-port.ts';
import { PageServer } from '../../harness/page-server.ts';

const KEY = 'the-secret-key';
const headers = { authorization: `Bearer ${KEY}` };

/** Why a POST that carries the key everywhere it can fails. */
async function failureOf(url: string, more: { maxContentLength?: number; signal?: AbortSignal } = {}): Promise<Error> {
  const request = { url, method: 'POST', headers, data: KEY, auth: { username: 'me', password: KEY } };
  return httpRequest({ ...request, ...more }).then(
    () => {
      throw new Error('It did not fail');
    },
    (error: unknown) => error as Error,
  );
}

/** Everything that a careless log could show of it. */
const everythingOf = (error: Error) => inspect(error, { depth: Infinity, showHidden: true });

describe('the HTTP client', () => {
  it('goes straight to the server, whatever proxy the environment names', async () => {
    await using proxy = await PageServer.start((_, response) => response.end('the proxy'));
    await using page = await PageServer.start((_, response) => response.end('the page'));
    const before = process.env.http_proxy;
    process.env.http_proxy = `http://${proxy.host}`;
    try {
      expect((await httpRequest({ url: `http://${page.host}/` })).data).toBe('the page');
    } finally {
      if (before === undefined) delete process.env.http_proxy;
      else process.env.http_proxy = before;
    }
    expect(proxy.asked).toBe(0);
  });

  it.each([301, 302, 303, 307, 308])('does not follow a redirect (%i)', async (status) => {
    await using page = await PageServer.start((_, response) => response.writeHead(status, { location: '/' }).end());

    expect((await httpRequest({ url: `http://${page.host}/` })).status).toBe(status);
    expect(page.asked).toBe(1);
  });

  it.each([200, 404, 500])('resolves with status %i, and leaves the body as it is', async (status) => {
    await using page = await PageServer.start((_, response) => response.writeHead(status).end(' {"a": 1} '));

    expect(await httpRequest({ url: `http://${page.host}/` })).toMatchObject({ status, data: ' {"a": 1} ' });
  });
});

describe('an error of the HTTP client', () => {
  it.each<[string, RequestListener]>([
    ['is cut off', (request) => request.socket.destroy()],
    ['breaks off', (_, response) => response.write('x', () => response.destroy())],
    ['is not HTTP', (request) => request.socket.end('hello\r\n\r\n')],
    ['is too large', (_, response) => response.end('x'.repeat(11))],
  ])('carries nothing of the request when the answer %s', async (_, answer) => {
    await using page = await PageServer.start(answer);

    const error = await failureOf(`http://${page.host}/`, { maxContentLength: 10 });

    expect(error.message).not.toBe('');
    expect(everythingOf(error)).not.toContain(KEY);
  });

  it('says by its code that nobody listens, and carries nothing of the request', async () => {
    const error = await failureOf(`http://127.0.0.1:${await freePort()}/`);

    expect(error).toMatchObject({ code: 'ECONNREFUSED' });
    expect(everythingOf(error)).not.toContain(KEY);
  });

  it('is the reason of the signal when the request is aborted', async () => {
    const abort = new AbortController();
    const reason = new Error('it took too long');
    await using page = await PageServer.start(() => abort.abort(reason));

    expect(await failureOf(`http://${page.host}/`, { signal: abort.signal })).toBe(reason);
    expect(await failureOf(`http://${page.host}/`, { signal: abort.signal })).toBe(reason);
    expect(page.asked).toBe(1);
  });
});
