import type { RequestListener } from 'node:http';
import type { LookupAddress } from 'node:dns';
import { FILES } from '../support.ts';
import { postUrl, startFileHost, startFilesServer } from './support.ts';

const REFUSED = {
  status: 400,
  error: 'url_not_allowed',
  message: 'Files are only fetched over http or https, from public addresses, and by URLs without credentials.',
};

/** An unassigned address that counts as public: outside of everything that IANA has allocated. */
const NOBODY: LookupAddress = { address: '3000::1', family: 6 };
const LOOPBACK: LookupAddress = { address: '127.0.0.1', family: 4 };

const serveFile: RequestListener = (_req, res) => res.setHeader('Content-Type', 'image/png').end('secret');

/** A resolver that returns these answers in turn, and then repeats the last one. */
function resolverOf(...answers: LookupAddress[][]) {
  const asked: string[] = [];
  const resolve = (hostname: string) =>
    Promise.resolve(answers[Math.min(asked.push(hostname), answers.length) - 1] ?? []);
  return { asked, resolve };
}

/** A server that trusts no private host, and a local file server that must not be reached. */
async function startGuarded(...answers: LookupAddress[][]) {
  const { asked, resolve } = resolverOf(...answers);
  const host = await startFileHost(serveFile);
  const server = await startFilesServer({ allowedHosts: [], resolve: answers.length > 0 ? resolve : FILES.resolve });
  return {
    ...{ asked, host, server },
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      await host[Symbol.asyncDispose]();
    },
  };
}

describe('a fetched URL', () => {
  it.each([
    'http://127.0.0.1:PORT/',
    'http://127.1:PORT/',
    'http://127.0.1:PORT/',
    'http://0x7f000001:PORT/',
    'http://0x7f.1:PORT/',
    'http://2130706433:PORT/',
    'http://017700000001:PORT/',
    'http://0177.0.0.1:PORT/',
    'http://127.0.0.1.:PORT/',
    'http://①②⑦.0.0.1:PORT/',
    'http://１２７。０。０。１:PORT/',
    'http://%31%32%37.0.0.1:PORT/',
    'http://0.0.0.0:PORT/',
    'http://0:PORT/',
    'http://[::1]:PORT/',
    'http://[::]:PORT/',
    'http://[0:0:0:0:0:0:0:1]:PORT/',
    'http://[::ffff:127.0.0.1]:PORT/',
    'http://[::ffff:7f00:1]:PORT/',
    'http://[::127.0.0.1]:PORT/',
    'http://[64:ff9b::127.0.0.1]:PORT/',
    'http://[2002:7f00:1::]:PORT/',
    'http://localhost:PORT/',
    'http:127.0.0.1:PORT/',
    'http:\\\\127.0.0.1:PORT\\',
    'http://169.254.169.254/latest/meta-data/',
    'http://[fd00:ec2::254]/latest/meta-data/',
    'http://[fe80::1]/',
    'http://10.0.0.1/',
    'http://172.16.0.1/',
    'http://192.168.1.1/',
    'http://100.100.100.200/',
    'http://224.0.0.1/',
    'http://255.255.255.255/',
    'https://127.0.0.1:PORT/',
  ])('cannot be %s', async (url) => {
    await using world = await startGuarded();
    expect(await postUrl(world.server.url, url.replace('PORT', String(world.host.port)))).toEqual(REFUSED);
    expect(world.host.requests).toEqual([]);
    expect(world.server.seen).toEqual([]);
    expect(await world.server.leftovers()).toEqual([]);
  });

  it.each([
    ['a file', 'file:///etc/passwd'],
    ['a file of a host', 'file://127.0.0.1/etc/passwd'],
    ['a path', '/etc/passwd'],
    ['a path from here', '../secrets.txt'],
    ['a path without a scheme', '//example.com/a.png'],
    ['data', 'data:image/png;base64,AAAA'],
    ['much data', `data:image/png;base64,${'A'.repeat(8_000)}`],
    ['ftp', 'ftp://example.com/a.png'],
    ['gopher', 'gopher://127.0.0.1:6379/_FLUSHALL'],
    ['a script', 'javascript:alert(1)'],
    ['a blob', 'blob:https://example.com/1'],
    ['nothing', ''],
    ['no host', 'http://'],
    ['a user', 'http://user@example.com/'],
    ['a password', 'http://:word@example.com/'],
    ['a user who looks like a host', 'http://example.com@127.0.0.1/'],
    ['a mail port', 'http://example.com:25/'],
    ['the SSH port', 'https://example.com:22/'],
  ])('cannot be %s', async (_what, url) => {
    await using world = await startGuarded([NOBODY]);
    expect(await postUrl(world.server.url, url)).toEqual(REFUSED);
    expect(world.asked).toEqual([]);
  });

  it.each<[string, LookupAddress[]]>([
    ['loopback', [LOOPBACK]],
    ['loopback in IPv6', [{ address: '::1', family: 6 }]],
    ['IPv4-mapped loopback', [{ address: '::ffff:127.0.0.1', family: 6 }]],
    ['a private network', [{ address: '10.1.2.3', family: 4 }]],
    ['a cloud metadata service', [{ address: '169.254.169.254', family: 4 }]],
    ['a public address and a private one', [NOBODY, LOOPBACK]],
    ['a private address and a public one', [LOOPBACK, NOBODY]],
    ['a link-local address with its zone', [{ address: 'fe80::1%eth0', family: 6 }]],
    ['something that is not an address', [{ address: 'localhost', family: 4 }]],
  ])('cannot resolve to %s', async (_what, addresses) => {
    await using world = await startGuarded(addresses);
    expect(await postUrl(world.server.url, `http://pictures.example:${world.host.port}/a.png`)).toEqual(REFUSED);
    expect(world.asked).toEqual(['pictures.example']);
    expect(world.host.requests).toEqual([]);
  });

  it('cannot resolve to this machine over TLS either', async () => {
    await using world = await startGuarded([LOOPBACK]);
    expect(await postUrl(world.server.url, `https://pictures.example:${world.host.port}/a.png`)).toEqual(REFUSED);
    expect(world.asked).toEqual(['pictures.example']);
  });

  it.each([
    ['198.51.99.7', 'http://198.51.99.7:PORT/'],
    ['198.51.99.7', 'http://[::ffff:198.51.99.7]:PORT/'],
    ['198.51.99.7', 'http://[64:ff9b::198.51.99.7]:PORT/'],
    ['2a01:4f8::0:5', 'http://[2a01:4f8:0::5]:PORT/'],
  ])('cannot be the public address of this machine, %s: %s', async (own, url) => {
    await using server = await startFilesServer({ allowedHosts: [], ownAddresses: () => [own] });
    expect(await postUrl(server.url, url.replace('PORT', '4000'))).toEqual(REFUSED);
  });

  it.each<[string, LookupAddress]>([
    ['198.51.99.7', { address: '198.51.99.7', family: 4 }],
    ['3000::1', { address: '3000:0::1', family: 6 }],
  ])('cannot resolve to the public address of this machine: %s', async (own, address) => {
    const { asked, resolve } = resolverOf([address]);
    await using server = await startFilesServer({ allowedHosts: [], resolve, ownAddresses: () => ['127.0.0.1', own] });
    expect(await postUrl(server.url, 'http://pictures.example/a.png')).toEqual(REFUSED);
    expect(asked).toEqual(['pictures.example']);
  });

  it('is resolved once, so that DNS rebinding has no effect', async () => {
    await using world = await startGuarded([NOBODY], [LOOPBACK]);
    const { server, host } = world;
    const answer = postUrl(server.url, `http://pictures.example:${host.port}/a.png`);
    const known = { isAnswered: false };
    void answer.then(() => (known.isAnswered = true));
    // With a network nobody answers there; without one the connection fails immediately.
    while (world.asked.length === 0) await new Promise((resolve) => setImmediate(resolve));
    while (!known.isAnswered && !server.clock.hasTimer(10_000)) await new Promise((resolve) => setImmediate(resolve));
    server.clock.skip(10_000);
    expect(await answer).toMatchObject({ status: 422, error: 'url_not_reachable' });
    expect(world.asked).toEqual(['pictures.example']);
    expect(host.requests).toEqual([]);
    expect(await postUrl(server.url, `http://pictures.example:${host.port}/a.png`)).toEqual(REFUSED);
    expect(host.requests).toEqual([]);
  });
});

describe('a redirect', () => {
  it.each([
    'http://127.0.0.1:PORT/secret',
    'http://localhost:PORT/secret',
    'http://[::ffff:127.0.0.1]:PORT/secret',
    '//0x7f000001:PORT/secret',
    'http://169.254.169.254/',
    'http://inside.example:PORT/',
    'file:///etc/passwd',
    'http://',
  ])('to %s is not followed', async (location) => {
    await using secret = await startFileHost(serveFile);
    await using host = await startFileHost((_req, res) =>
      res.writeHead(302, { Location: location.replace('PORT', String(secret.port)) }).end(),
    );
    await using server = await startFilesServer({
      allowedHosts: [`127.0.0.1:${host.port}`],
      resolve: resolverOf([LOOPBACK]).resolve,
    });
    expect(await postUrl(server.url, `${host.url}/a.png`)).toEqual(REFUSED);
    expect(host.requests).toHaveLength(1);
    expect(secret.requests).toEqual([]);
    expect(server.seen).toEqual([]);
    expect(await server.leftovers()).toEqual([]);
  });

  it('does not inherit the trust in the first host', async () => {
    const { asked, resolve } = resolverOf([LOOPBACK]);
    await using host = await startFileHost((req, res) =>
      req.url === '/a.png'
        ? res.writeHead(301, { Location: `http://other.example:${host.port}/b.png` }).end()
        : res.end('b'),
    );
    await using server = await startFilesServer({ allowedHosts: ['files.example'], resolve });
    expect(await postUrl(server.url, `http://files.example:${host.port}/a.png`)).toEqual(REFUSED);
    expect(asked).toEqual(['files.example', 'other.example']);
    expect(host.requests.map(({ url }) => url)).toEqual(['/a.png']);
  });
});

describe('MEDIA_URL_ALLOWED_HOSTS', () => {
  it.each([
    ['a host on any port', 'files.example', 'http://files.example:PORT/a.png', 200],
    ['a host in any notation', 'FILES.example.', 'http://files.EXAMPLE.:PORT/a.png', 200],
    ['a host on its port', 'files.example:PORT', 'http://files.example:PORT/a.png', 200],
    ['an address', '127.0.0.1', 'http://127.1:PORT/a.png', 200],
    ['no other port', 'files.example:1', 'http://files.example:PORT/a.png', 400],
    ['no other host', 'files.example', 'http://x.files.example:PORT/a.png', 400],
    ['no other scheme', 'files.example', 'ftp://files.example:PORT/a.png', 400],
    ['no credentials', 'files.example', 'http://me@files.example:PORT/a.png', 400],
  ])('permits %s', async (_what, allowed, url, status) => {
    await using host = await startFileHost(serveFile);
    const port = String(host.port);
    const { resolve } = resolverOf([LOOPBACK]);
    await using server = await startFilesServer({ allowedHosts: [allowed.replace('PORT', port)], resolve });
    expect(await postUrl(server.url, url.replace('PORT', port))).toMatchObject({ status });
    expect(host.requests).toHaveLength(status === 200 ? 1 : 0);
  });
});
