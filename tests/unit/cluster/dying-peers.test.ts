import { pass } from '../../api/hand-clock.ts';
import { RawClient } from '../../api/raw.ts';
import { logged } from '../../api/support.ts';
import { echo, newClock, type Owner, startOwner, startPeers, untilTrue } from './peers.ts';

const HOLA = { method: 'POST', body: 'hola' };
const RESTART = { method: 'POST' };

const isSettled = async (promise: Promise<unknown>): Promise<boolean> =>
  Promise.race([promise.then(() => true), new Promise<boolean>((resolve) => setImmediate(() => resolve(false)))]);

describe('an owner that is not there', () => {
  it('is waited for: the request goes to the next one', async () => {
    await using nodes = await startPeers();
    await nodes.internal[Symbol.asyncDispose]();
    const answer = nodes.call(HOLA);
    await untilTrue(() => nodes.lines.entry.length === 2);
    await pass(nodes.clock, 5);
    await using next = await startOwner(nodes.table, 'next', { clock: nodes.clock });
    expect(await (await answer).text()).toBe('hola');
    expect(next.requests).toHaveLength(1);
  });

  it('is waited for also under its own name, after a restart', async () => {
    await using nodes = await startPeers();
    await nodes.internal[Symbol.asyncDispose]();
    const answer = nodes.call(RESTART);
    await untilTrue(() => nodes.lines.entry.length === 2);
    await using again = await startOwner(nodes.table, 'owner', { clock: nodes.clock });
    expect((await answer).status).toBe(200);
    expect(again.requests).toHaveLength(1);
  });

  it('is waited for no longer than ten seconds, without trying it all the time', async () => {
    await using nodes = await startPeers();
    await nodes.internal[Symbol.asyncDispose]();
    const answer = nodes.call(HOLA);
    await untilTrue(() => nodes.lines.entry.length === 2);
    await pass(nodes.clock, 9);
    expect(await isSettled(answer)).toBe(false);
    await pass(nodes.clock, 1);
    expect(await (await answer).text()).toBe('session_moving');
    expect(nodes.lines.entry).toHaveLength(2);
  });
});

describe('an owner that dies', () => {
  const dieBeforeAgreeing: Owner = (request) => request.socket.destroy();

  it.each<[string, RequestInit, string]>([
    ['a body', HOLA, 'hola'],
    ['a change without one', RESTART, ''],
    ['a reading', {}, ''],
  ])('before it has agreed has done nothing: %s goes to the next one', async (_what, init, expected) => {
    await using nodes = await startPeers({ owner: dieBeforeAgreeing });
    const answer = nodes.call(init);
    await untilTrue(() => nodes.requests.length === 2);
    await using next = await startOwner(nodes.table, 'next', { clock: nodes.clock });
    expect(await (await answer).text()).toBe(expected);
    expect(next.requests).toHaveLength(1);
  });

  it.each<[string, RequestInit]>([
    ['a body', HOLA],
    ['a change without one', RESTART],
  ])('after it has agreed may have done something: %s is not repeated', async (_what, init) => {
    const dieAfterwards: Owner = async (request, _response, agree) => {
      await agree();
      request.resume().once('end', () => request.socket.destroy());
    };
    await using nodes = await startPeers({ owner: dieAfterwards });
    expect(await (await nodes.call(init)).text()).toBe('owner_unreachable');
    expect(nodes.requests).toHaveLength(1);
  });

  it('in the middle of its answer cuts that of the client off, and ends it not', async () => {
    const dieHalfway: Owner = (request, response) => {
      response.write('the first half');
      response.write(' of it', () => request.socket.destroy());
    };
    await using nodes = await startPeers({ owner: dieHalfway });
    const client = await RawClient.to(nodes.entry.port);
    client.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    const received = await client.closed();
    expect(received).toMatch(/^HTTP\/1\.1 200 OK[^]*the first half/);
    expect(received).not.toMatch(/\r\n0\r\n\r\n$/);
    await logged(nodes.lines.entry, 'a node broke off its response');
    await expect(nodes.call().then((answer) => answer.text())).rejects.toThrow();
  });
});

describe('an owner that is silent', () => {
  it('while it should agree loses the request to the next one', async () => {
    await using nodes = await startPeers({ owner: () => undefined });
    const answer = nodes.call(HOLA);
    await untilTrue(() => nodes.requests.length === 1);
    await using next = await startOwner(nodes.table, 'next', { clock: nodes.clock });
    nodes.clock.move(8_000);
    expect(await (await answer).text()).toBe('hola');
    expect(next.requests).toHaveLength(1);
  });

  it('and frozen, after it has agreed, is given up after half a minute', async () => {
    const [clock, ownerClock] = [newClock(), newClock()];
    await using nodes = await startPeers({ clock, ownerClock, owner: (_request, _response, agree) => agree() });
    const answer = nodes.call(HOLA);
    await untilTrue(() => nodes.requests.length === 1);
    await pass(clock, 60);
    expect(await (await answer).text()).toBe('owner_unreachable');
  });

  it('but at work says so, and is waited for', async () => {
    const work = Promise.withResolvers<undefined>();
    const slow: Owner = (_request, response, agree) => {
      void agree();
      void work.promise.then(() => response.end('done'));
    };
    await using nodes = await startPeers({ owner: slow });
    const answer = nodes.call(RESTART);
    await untilTrue(() => nodes.requests.length === 1);
    await pass(nodes.clock, 120);
    expect(await isSettled(answer)).toBe(false);
    work.resolve(undefined);
    expect(await (await answer).text()).toBe('done');
  });
});

describe('an owner that goes on late', () => {
  it.each<[string, RequestInit]>([
    ['a body', HOLA],
    ['a change without one', RESTART],
    ['a deletion', { method: 'DELETE' }],
  ])('learns that nothing may be done any more: %s', async (_what, init) => {
    const goesOn = Promise.withResolvers<undefined>();
    const allowed: Promise<boolean>[] = [];
    const frozen: Owner = (_request, _response, agree) => allowed.push(goesOn.promise.then(agree));
    await using nodes = await startPeers({ owner: frozen });
    const answer = nodes.call(init);
    await untilTrue(() => nodes.requests.length === 1);
    await using next = await startOwner(nodes.table, 'next', { clock: nodes.clock });
    nodes.clock.move(8_000);
    expect((await answer).status).toBe(200);
    goesOn.resolve(undefined);
    expect(await Promise.all(allowed)).toEqual([false]);
    expect(next.requests).toHaveLength(1);
  });
});

describe('a kept connection that the owner has just closed', () => {
  it.each<[string, RequestInit, string]>([
    ['a body', HOLA, 'hola'],
    ['a change without one', RESTART, ''],
    ['a reading', {}, ''],
  ])('costs %s nothing', async (_what, init, expected) => {
    let closes = false;
    const owner: Owner = (request, response, agree) => {
      if (closes) request.socket.destroy();
      else echo(request, response, agree);
      // Only connections from before are closed.
      request.socket.once('close', () => (closes = false));
    };
    await using nodes = await startPeers({ owner });
    expect((await nodes.call(HOLA)).status).toBe(200);
    closes = true;
    expect(await (await nodes.call(init)).text()).toBe(expected);
    expect(nodes.requests).toHaveLength(3);
    expect(nodes.lines.entry).toEqual([]);
  });
});
