import { Agent, get, type IncomingMessage } from 'node:http';
import { once } from 'node:events';
import { ListenError, startHttpServer } from '../../src/http/server.ts';
import { RawClient } from './raw.ts';
import { type Api, CONNECTED, logged, startApi } from './support.ts';

const SEND = `/sessions/${CONNECTED}/send-message`;
const HOLA = { number: '5491234567890', message: 'hola' };
const REQUEST = 'GET /sessions HTTP/1.1\r\nHost: x\r\n\r\n';

async function startServer(host = '127.0.0.1') {
  const api = startApi();
  const server = await startHttpServer(api.app, { host, port: 0, clock: api.clock, log: api.log, drainMs: 15_000 });
  return { ...api, server, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}

function post(url: string): Promise<Response> {
  return fetch(url + SEND, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(HOLA),
  });
}

/** Delays WhatsApp's acknowledgement; `sending` resolves when a message is waiting for it. */
function holdWhatsApp({ sessions }: Api) {
  const sending = Promise.withResolvers<'sending'>();
  const whatsapp = Promise.withResolvers<'acknowledged'>();
  const hold = {
    then: (...args: Parameters<Promise<unknown>['then']>) => {
      sending.resolve('sending');
      return whatsapp.promise.then(...args);
    },
  };
  sessions.hold = hold as Promise<unknown>;
  return { sending: sending.promise, acknowledge: () => whatsapp.resolve('acknowledged') };
}

describe('listening', () => {
  it('answers at its URL', async () => {
    await using world = await startServer();
    expect(world.server.url).toBe(`http://127.0.0.1:${world.server.port}`);
    expect((await fetch(`${world.server.url}/health`)).status).toBe(200);
  });

  it('has a usable URL even if it listens on all addresses', async () => {
    await using world = await startServer('0.0.0.0');
    expect(world.server.url).toBe(`http://localhost:${world.server.port}`);
    expect((await fetch(`${world.server.url}/health`)).status).toBe(200);
  });

  it('reports a port that is in use', async () => {
    await using world = await startServer();
    const { app, clock, log, server } = world;
    const second = startHttpServer(app, { host: '127.0.0.1', port: server.port, clock, log });
    await expect(second).rejects.toThrow(ListenError);
    await expect(second).rejects.toMatchObject({
      code: 'EADDRINUSE',
      message: `Port ${server.port} is already in use: stop the program that uses it, or set PORT to another one.`,
    });
  });

  it('reports a host that is not an address of this machine', async () => {
    const { app, clock, log } = startApi();
    const elsewhere = startHttpServer(app, { host: '192.0.2.1', port: 0, clock, log });
    await expect(elsewhere).rejects.toMatchObject({
      code: 'EADDRNOTAVAIL',
      message: expect.stringMatching('HOST') as string,
    });
  });
});

describe('shutting down', () => {
  it('answers requests in flight, and accepts no new connections', async () => {
    const world = await startServer();
    const whatsapp = holdWhatsApp(world);
    const inFlight = post(world.server.url);
    await whatsapp.sending;
    const end = world.server[Symbol.asyncDispose]();
    await expect(fetch(`${world.server.url}/health`)).rejects.toThrow();
    whatsapp.acknowledge();
    const answer = await inFlight;
    expect(answer.status).toBe(200);
    expect(answer.headers.get('connection')).toBe('close');
    expect(await answer.json()).toMatchObject({ success: true, status: 'sent' });
    await end;
  });

  it('refuses requests on open connections, and closes these', async () => {
    const world = await startServer();
    const whatsapp = holdWhatsApp(world);
    const client = await RawClient.to(world.server.port);
    const inFlight = post(world.server.url);
    await whatsapp.sending;
    const end = world.server[Symbol.asyncDispose]();
    client.write(REQUEST);
    const answer = await client.closed();
    expect(answer).toMatch(/^HTTP\/1\.1 503 Service Unavailable\r\n/);
    expect(answer).toMatch(/^Connection: close\r$/im);
    expect(answer).toMatch(/{"success":false,"error":"shutting_down","message":"The server is shutting down\."}$/);
    whatsapp.acknowledge();
    await Promise.all([inFlight, end]);
  });

  it('reports itself alive but not ready', async () => {
    const world = await startServer();
    const whatsapp = holdWhatsApp(world);
    const clients = await Promise.all(['livez', 'readyz'].map(() => RawClient.to(world.server.port)));
    const inFlight = post(world.server.url);
    await whatsapp.sending;
    const end = world.server[Symbol.asyncDispose]();
    clients.forEach((client, at) => client.write(`GET /${['livez', 'readyz'][at]} HTTP/1.1\r\nHost: x\r\n\r\n`));
    const [alive, ready] = await Promise.all(clients.map((client) => client.closed()));
    expect(alive).toMatch(/^HTTP\/1\.1 200 OK\r\n[^]*{"success":true}$/);
    expect(ready).toMatch(/^HTTP\/1\.1 503 [^]*"error":"shutting_down"/);
    whatsapp.acknowledge();
    await Promise.all([inFlight, end]);
  });

  it('closes idle keep-alive connections', async () => {
    const world = await startServer();
    const client = await RawClient.to(world.server.port);
    client.write(REQUEST);
    await client.until(/"success":true/);
    await world.server[Symbol.asyncDispose]();
    expect(await client.closed()).toMatch(/^HTTP\/1\.1 200 OK[^]*Connection: keep-alive/);
  });

  it('closes connections without any request', async () => {
    const world = await startServer();
    const client = await RawClient.to(world.server.port);
    await fetch(`${world.server.url}/health`);
    await world.server[Symbol.asyncDispose]();
    expect(await client.closed()).toBe('');
  });

  it('waits for a message that is being sent, even if its client has gone', async () => {
    const world = await startServer();
    const whatsapp = holdWhatsApp(world);
    const client = await RawClient.to(world.server.port);
    const body = JSON.stringify(HOLA);
    client.write(
      `POST ${SEND} HTTP/1.1\r\nHost: x\r\nIdempotency-Key: order-1\r\n` +
        `Content-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    );
    await whatsapp.sending;
    client.leave();
    await logged(world.lines, `[${CONNECTED}] request aborted by the client`);
    const order: string[] = [];
    const end = Promise.resolve(world.server[Symbol.asyncDispose]()).then(() => order.push('ended'));
    // It no longer listens and has no response to send: only the message is still being sent.
    await expect(fetch(`${world.server.url}/health`)).rejects.toThrow();
    order.push('acknowledged');
    whatsapp.acknowledge();
    await end;
    expect(order).toEqual(['acknowledged', 'ended']);
    expect(world.answers.answers.size).toBe(1);
  });

  it('ends after its time limit, whatever is still in flight', async () => {
    const world = await startServer();
    const whatsapp = holdWhatsApp(world);
    const inFlight = post(world.server.url);
    const broken = expect(inFlight).rejects.toThrow();
    await whatsapp.sending;
    const end = world.server[Symbol.asyncDispose]();
    world.clock.move(15_000);
    await end;
    await broken;
  });

  it('happens once, however often it is requested', async () => {
    const world = await startServer();
    await Promise.all([world.server[Symbol.asyncDispose](), world.server[Symbol.asyncDispose]()]);
    await world.server[Symbol.asyncDispose]();
    await expect(fetch(`${world.server.url}/health`)).rejects.toThrow();
  });

  it('keeps connections alive until then', async () => {
    await using world = await startServer();
    using agent = disposable(new Agent({ keepAlive: true, maxSockets: 1 }));
    const ports = new Set<number | undefined>();
    for (let call = 0; call < 3; call++) {
      const [answer] = (await once(get(`${world.server.url}/sessions`, { agent }), 'response')) as [IncomingMessage];
      ports.add(answer.socket.localPort);
      await once(answer.resume(), 'end');
    }
    expect(ports.size).toBe(1);
  });
});

function disposable(agent: Agent): Agent & Disposable {
  return Object.assign(agent, { [Symbol.dispose]: () => agent.destroy() });
}
