import { once } from 'node:events';
import { type IncomingMessage, request as httpRequest, type ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { RawClient } from '../../api/raw.ts';
import { type Owner, startPeers, untilTrue } from './peers.ts';

const MIB = 1024 * 1024;
const POST = `POST / HTTP/1.1\r\nHost: x\r\n`;
const GET = `GET / HTTP/1.1\r\nHost: x\r\n\r\n`;
const turn = () => new Promise((resolve) => setImmediate(resolve));

/** Reads everything, a chunk in a turn of the event loop, and calls `look` each time. Resolves with the number of bytes. */
async function readSlowly(stream: Readable, look: () => void): Promise<number> {
  let size = 0;
  for await (const chunk of stream) {
    size += (chunk as Buffer).length;
    look();
    await turn();
  }
  return size;
}

/** An owner in whose hands the test has what it is given. */
function holding() {
  const given = Promise.withResolvers<{ request: IncomingMessage; response: ServerResponse }>();
  const owner: Owner = (request, response, agree) => {
    void agree();
    given.resolve({ request, response });
  };
  return { owner, given: given.promise };
}

describe('a client who leaves', () => {
  it.each([
    ['in the middle of a body', `${POST}Content-Length: 10\r\n\r\nhalf`],
    ['while the owner is at work', `${POST}Content-Length: 4\r\n\r\nhola`],
    ['while the owner reads for it', GET],
  ])('%s ends the work of the owner', async (_when, text) => {
    const { owner, given } = holding();
    await using nodes = await startPeers({ owner });
    const client = await RawClient.to(nodes.entry.port);
    client.write(text);
    const { request, response } = await given;
    request.on('error', () => undefined).resume();
    const ended = once(response, 'close');
    client.leave();
    await ended;
    expect(response.writableFinished).toBe(false);
    expect(nodes.lines.entry.filter(({ level }) => level >= 40)).toEqual([]);
  });

  it('in the middle of a long answer ends that of the owner', async () => {
    const { owner, given } = holding();
    await using nodes = await startPeers({ owner });
    const client = await RawClient.to(nodes.entry.port);
    client.write(GET);
    const { response } = await given;
    response.write('the beginning');
    await client.until(/the beginning/);
    const ended = once(response, 'close');
    client.leave();
    await ended;
    expect(nodes.lines.entry.filter(({ level }) => level >= 40)).toEqual([]);
  });
});

describe('what is large', () => {
  it('is held back where the owner reads slowly', async () => {
    const { owner, given } = holding();
    await using nodes = await startPeers({ owner });
    const sent = httpRequest({ port: nodes.entry.port, method: 'POST', headers: { 'Content-Length': 16 * MIB } });
    const answered = once(sent, 'response') as Promise<[IncomingMessage]>;
    Readable.from(Array.from({ length: 256 }, () => Buffer.alloc(64 * 1024))).pipe(sent);
    const { request, response } = await given;
    let most = 0;
    const size = await readSlowly(request, () => {
      const { requests, forwarded } = nodes.traffic;
      most = Math.max(most, requests[0]!.readableLength + forwarded[0]!.writableLength);
    });
    response.end();
    (await answered)[0].resume();
    expect(size).toBe(16 * MIB);
    expect(most).toBeLessThan(MIB);
  });

  it('is held back where the client reads slowly', async () => {
    const { owner, given } = holding();
    await using nodes = await startPeers({ owner });
    const sent = httpRequest({ port: nodes.entry.port }).end();
    const answered = once(sent, 'response') as Promise<[IncomingMessage]>;
    const { response } = await given;
    Readable.from(Array.from({ length: 256 }, () => Buffer.alloc(64 * 1024))).pipe(response);
    const [answer] = await answered;
    let most = 0;
    const size = await readSlowly(answer, () => {
      const { answers, responses } = nodes.traffic;
      most = Math.max(most, answers[0]!.readableLength + responses[0]!.writableLength);
    });
    expect(size).toBe(16 * MIB);
    expect(most).toBeLessThan(MIB);
  });
});

describe('live events', () => {
  async function follow() {
    const { owner, given } = holding();
    const nodes = await startPeers({ owner });
    const client = await RawClient.to(nodes.entry.port);
    client.write(GET.replace('\r\n\r\n', '\r\nConnection: close\r\n\r\n'));
    const { response } = await given;
    response.writeHead(200, { 'Content-Type': 'text/event-stream' }).flushHeaders();
    return { client, response, [Symbol.asyncDispose]: () => nodes[Symbol.asyncDispose]() };
  }

  it('come one by one, from the first header on, and end with the owner', async () => {
    await using live = await follow();
    await live.client.until(/text\/event-stream[^]*\r\n\r\n$/);
    for (const event of ['data: 1\n\n', 'data: 2\n\n']) {
      live.response.write(event);
      await live.client.until(new RegExp(event));
    }
    live.response.end();
    expect(await live.client.closed()).toMatch(/\r\n0\r\n\r\n$/);
  });

  it('end at the owner when the client leaves', async () => {
    await using live = await follow();
    await live.client.until(/text\/event-stream/);
    const ended = once(live.response, 'close');
    live.client.leave();
    await ended;
  });
});

describe('an answer that comes before the end of the body', () => {
  it('is passed on, where the owner wants nothing of the body', async () => {
    await using nodes = await startPeers({ owner: (_request, response) => response.writeHead(401).end('no') });
    const client = await RawClient.to(nodes.entry.port);
    client.write(`${POST}Content-Length: 1000000\r\n\r\nthe beginning`);
    await client.until(/^HTTP\/1\.1 401 [^]*no/);
    client.leave();
    // The rest of the body is not the next request.
    expect((await nodes.call({ method: 'POST', body: 'hola' })).status).toBe(401);
    expect(nodes.requests.map(({ url }) => url)).toEqual(['/', '/sessions/x']);
  });

  it('is passed on, where the owner has had enough', async () => {
    const impatient: Owner = (request, response, agree) => {
      void agree();
      request.once('data', () => response.writeHead(413).end('enough'));
    };
    await using nodes = await startPeers({ owner: impatient });
    const client = await RawClient.to(nodes.entry.port);
    client.write(`${POST}Content-Length: 1000000\r\n\r\nthe beginning`);
    await client.until(/^HTTP\/1\.1 413 [^]*enough/);
    const { forwarded } = nodes.traffic;
    await untilTrue(() => forwarded[0]!.destroyed);
    client.leave();
  });
});
