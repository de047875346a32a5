import { createServer as createSecureServer } from 'node:https';
import { createServer, type Socket } from 'node:net';
import type { RequestListener } from 'node:http';
import tls from 'node:tls';
import { Origin } from '../../../../src/webhooks/http/origin.ts';
import type { Exchanged } from '../../../../src/webhooks/http/connection.ts';
import { requestOf, targetOf } from '../../../../src/webhooks/http/request.ts';
import { ManualClock } from '../../../harness/manual-clock.ts';
import { TestAuthority } from '../../../harness/test-certificates.ts';
import { until } from '../../../harness/until.ts';

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';
const ANSWERED = { kind: 'answered', answer: { status: 200 } };

/** A receiver that answers each request with whatever `answer` says, and its connections. */
class Receiver implements AsyncDisposable {
  readonly sockets: Socket[] = [];
  readonly requests: string[] = [];
  readonly clock = new ManualClock();
  readonly #server = createServer((socket) => this.#accept(socket));
  origin!: Origin;
  answer: (socket: Socket) => void = (socket) => socket.write(OK);

  static async start(answer?: (socket: Socket) => void): Promise<Receiver> {
    const receiver = new Receiver();
    if (answer) receiver.answer = answer;
    await new Promise<void>((resolve) => receiver.#server.listen(0, '127.0.0.1', resolve));
    receiver.origin = new Origin(receiver.url);
    return receiver;
  }

  get url(): URL {
    const { port } = this.#server.address() as { port: number };
    return new URL(`http://127.0.0.1:${port}/hook?a=b`);
  }

  post(headers: Record<string, string> = {}, url = this.url): Promise<Exchanged> {
    const request = requestOf(targetOf(url, this.origin), headers, '{"a":"ñ"}');
    return this.origin.exchange(request, { clock: this.clock, timeoutMs: 5_000 });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.origin[Symbol.dispose]();
    for (const socket of this.sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #accept(socket: Socket): void {
    this.sockets.push(socket);
    socket.on('error', () => undefined);
    socket.on('data', (bytes) => {
      this.requests.push(bytes.toString());
      this.answer(socket);
    });
  }
}

describe('a request', () => {
  it('goes over the wire whole: line, fields, length in bytes, body', async () => {
    await using receiver = await Receiver.start();
    expect(await receiver.post({ 'X-A': 'b' })).toMatchObject(ANSWERED);
    const { host } = receiver.url;
    expect(receiver.requests).toEqual([
      `POST /hook?a=b HTTP/1.1\r\nhost: ${host}\r\nconnection: keep-alive\r\nX-A: b\r\ncontent-length: 10\r\n\r\n{"a":"ñ"}`,
    ]);
  });

  it('carries the credentials of its URL, unless there are others', async () => {
    await using receiver = await Receiver.start();
    const url = new URL(receiver.url.href.replace('//', '//ana:s%C3%AD@'));
    await receiver.post({}, url);
    await receiver.post({ Authorization: 'Bearer x' }, url);
    const [first = '', second = ''] = receiver.requests;
    expect(first).toContain(`\r\nauthorization: Basic ${Buffer.from('ana:sí').toString('base64')}\r\n`);
    expect(second).not.toContain('Basic');
  });

  it.each([
    ['x-session-id', 'a\r\nx-session-seq: 1'],
    ['webhook-id', 'a\nb'],
    ['webhook-id', 'a\0b'],
    ['webhook-id', 'a🦙'],
    ['a: b\r\nc', 'd'],
  ])('is none with the header %j: %j, which would be something else', (name, value) => {
    const target = targetOf(new URL('http://127.0.0.1/'), new Origin(new URL('http://127.0.0.1/')));
    expect(() => requestOf(target, { [name]: value }, '{}')).toThrow(TypeError);
  });
});

describe('a connection', () => {
  it('carries one exchange after the other, and as many are made as are needed at a time', async () => {
    await using receiver = await Receiver.start();
    await receiver.post();
    await receiver.post();
    expect(receiver.sockets).toHaveLength(1);
    await Promise.all([receiver.post(), receiver.post(), receiver.post()]);
    expect(receiver.sockets).toHaveLength(3);
    await receiver.post();
    expect(receiver.sockets).toHaveLength(3);
    expect(receiver.clock.timers).toEqual([]);
  });

  it('that the receiver has closed meanwhile is not used again: nothing fails by it', async () => {
    await using receiver = await Receiver.start();
    await receiver.post();
    const [socket] = receiver.sockets;
    socket!.end();
    await new Promise((resolve) => socket!.once('close', resolve));
    expect(await receiver.post()).toMatchObject(ANSWERED);
    expect(receiver.sockets).toHaveLength(2);
  });

  it('is not used again right before the receiver closes it, as far as it said', async () => {
    const answer = OK.replace('\r\n\r\n', '\r\nKeep-Alive: timeout=5, max=9\r\n\r\n');
    await using receiver = await Receiver.start((socket) => socket.write(answer));
    await receiver.post();
    await receiver.clock.advance(3_999);
    await receiver.post();
    expect(receiver.sockets).toHaveLength(1);
    await receiver.clock.advance(4_000);
    await receiver.post();
    expect(receiver.sockets).toHaveLength(2);
  });

  it('on which something arrives that nobody asked for is not used again', async () => {
    await using receiver = await Receiver.start();
    await receiver.post();
    const [socket] = receiver.sockets;
    socket!.write(OK.replace('200', '500'));
    await new Promise((resolve) => socket!.once('close', resolve));
    expect(await receiver.post()).toMatchObject(ANSWERED);
  });

  it('ends a response without a length, and is over with it', async () => {
    await using receiver = await Receiver.start((socket) => socket.end('HTTP/1.1 200 OK\r\n\r\nok'));
    expect(await receiver.post()).toMatchObject(ANSWERED);
    expect(await receiver.post()).toMatchObject(ANSWERED);
    expect(receiver.sockets).toHaveLength(2);
  });

  it('that breaks before a response began says so by its code, and afterwards that the answer is bad', async () => {
    await using receiver = await Receiver.start((socket) => socket.resetAndDestroy());
    expect(await receiver.post()).toMatchObject({ kind: 'failed', hasConnected: true, error: { code: 'ECONNRESET' } });
    receiver.answer = (socket) => socket.end();
    expect(await receiver.post()).toMatchObject({ kind: 'failed', hasConnected: true, error: { code: 'ECONNRESET' } });
    receiver.answer = (socket) => socket.write('HTTP/1.1 200 OK\r\n\r\n', () => socket.resetAndDestroy());
    expect(await receiver.post()).toMatchObject({ kind: 'failed', error: { name: 'BadAnswerError' } });
  });

  it('is closed with its origin, with or without an exchange', async () => {
    await using receiver = await Receiver.start();
    const both = Promise.all([receiver.post(), receiver.post()]);
    await both;
    receiver.answer = () => undefined;
    const inFlight = receiver.post();
    await until(() => receiver.requests[2]);
    receiver.origin[Symbol.dispose]();
    expect(await inFlight).toMatchObject({ kind: 'failed', hasConnected: true });
    await until(() => receiver.sockets.every(({ destroyed }) => destroyed) || undefined);
    expect(receiver.clock.timers).toEqual([]);
  });

  it('resolves a name only by the lookup that it was given', async () => {
    await using receiver = await Receiver.start();
    const asked: string[] = [];
    receiver.origin = new Origin(new URL(`http://receiver.test:${receiver.url.port}`), (name, _options, answer) => {
      asked.push(name);
      answer(null, [{ address: '127.0.0.1', family: 4 }]);
    });
    expect(await receiver.post()).toMatchObject(ANSWERED);
    expect(asked).toEqual(['receiver.test']);
  });
});

describe('a connection with TLS', () => {
  it('is made to who the certificate names only, and resumed later', async () => {
    const authority = new TestAuthority();
    const trusted = tls.getCACertificates('default');
    tls.setDefaultCACertificates([...trusted, authority.ca]);
    const seen: { name: unknown; isResumed: boolean }[] = [];
    const listener: RequestListener = ({ socket }, response) => {
      const secure = socket as unknown as { servername: unknown; isSessionReused: () => boolean };
      seen.push({ name: secure.servername, isResumed: secure.isSessionReused() });
      response.writeHead(200, { connection: 'close' }).end('ok');
    };
    const server = createSecureServer(authority.issue({ names: ['localhost'] }), listener);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    const postTo = async (url: URL, origin: Origin) => {
      const deadline = { clock: new ManualClock(), timeoutMs: 5_000 };
      return origin.exchange(requestOf(targetOf(url, origin), {}, '{}'), deadline);
    };
    const url = new URL(`https://localhost:${port}/`);
    const origin = new Origin(url);

    expect(await postTo(url, origin)).toMatchObject(ANSWERED);
    expect(await postTo(url, origin)).toMatchObject(ANSWERED);
    const byNumber = new URL(`https://127.0.0.1:${port}/`);
    expect(await postTo(byNumber, new Origin(byNumber))).toMatchObject({
      ...{ kind: 'failed', hasConnected: false, error: { code: 'ERR_TLS_CERT_ALTNAME_INVALID' } },
    });

    expect(seen).toEqual([
      { name: 'localhost', isResumed: false },
      { name: 'localhost', isResumed: true },
    ]);
    tls.setDefaultCACertificates(trusted);
    await new Promise((resolve) => server.close(resolve));
  });
});
