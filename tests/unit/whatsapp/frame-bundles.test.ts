import { EventEmitter, once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { Writable } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { WASocket } from '@whiskeysockets/baileys';
import fc from 'fast-check';
import { WebSocket, WebSocketServer } from 'ws';
import { bundleFrames, bundleWrites } from '../../../src/whatsapp/baileys/frame-bundles.ts';

type Write = (bytes: Uint8Array, written: (error?: Error | null) => void) => void;

/** A socket that keeps each call of the operating system, as the texts that it was given. `taken` ends the call under way. */
function fakeSocket({
  takesAtOnce = true,
  highWaterMark = 1_000,
  storing = () => undefined as Promise<unknown> | undefined,
} = {}) {
  const calls: string[][] = [];
  let taken: (error?: Error) => void = () => undefined;
  const take = (texts: string[], done: (error?: Error) => void): void => {
    calls.push(texts);
    taken = done;
    if (takesAtOnce) done();
  };
  const socket = new Writable({
    highWaterMark,
    write: (chunk: Buffer, _, done) => take([chunk.toString()], done),
    writev: (chunks, done) =>
      take(
        chunks.map(({ chunk }) => (chunk as Buffer).toString()),
        done,
      ),
  });
  const giveUp = bundleWrites(socket, storing);
  const told: string[] = [];
  const send = (text: string): Promise<void> =>
    promisify(socket.write.bind(socket) as Write)(Buffer.from(text)).then(
      () => void told.push(text),
      (error: unknown) => void told.push(`${text}: ${(error as NodeJS.ErrnoException).code ?? ''}`),
    );
  return { socket, calls, told, send, giveUp, taken: (error?: Error) => taken(error) };
}

describe('frames', () => {
  it('that are sent in one go leave in one call, in their order, though each waits for the one before', async () => {
    const { calls, told, send } = fakeSocket();

    for (const text of ['a', 'b', 'c']) await send(text);
    expect([calls, told]).toEqual([[], ['a', 'b', 'c']]);

    await nextTurn();
    expect(calls).toEqual([['a', 'b', 'c']]);
  });

  it('leave before anything else has its turn', async () => {
    const { calls, send } = fakeSocket();
    const turn = nextTurn().then(() => calls.length);

    void send('a');
    expect(await turn).toBe(1);

    void send('b');
    await nextTurn();
    expect(calls).toEqual([['a'], ['b']]);
  });

  it('are told as written when they have left, if too much waits', async () => {
    const { calls, told, send, taken } = fakeSocket({ takesAtOnce: false, highWaterMark: 10 });

    for (const text of ['12345', '6789', '0', '-']) void send(text);
    await nextTurn();
    expect([calls, told]).toEqual([[['12345', '6789', '0', '-']], ['12345', '6789']]);

    taken();
    await nextTurn();
    expect(told).toEqual(['12345', '6789', '0', '-']);
  });

  it('leave before the end', async () => {
    const { socket, calls, send } = fakeSocket();

    void send('a');
    void send('b');
    socket.end();
    await once(socket, 'finish');

    expect(calls).toEqual([['a', 'b']]);
  });

  it('do not leave a socket that is destroyed, and cannot be written to it', async () => {
    const { socket, calls, told, send } = fakeSocket();
    // As the WebSocket does.
    socket.on('error', () => undefined);

    void send('a');
    socket.destroy();
    await send('b');
    await nextTurn();

    expect([calls, told]).toEqual([[], ['a', 'b: ERR_STREAM_DESTROYED']]);
  });

  it('that cannot leave break the socket, and are refused from then on', async () => {
    const { socket, told, send, taken } = fakeSocket({ takesAtOnce: false });

    void send('a');
    await nextTurn();
    taken(new Error('reset'));
    const [error] = (await once(socket, 'error')) as [Error];
    await send('b');

    expect(error.message).toBe('reset');
    expect(told).toEqual(['a', 'b: ERR_STREAM_DESTROYED']);
  });

  it('wait for what was being stored when they were written, in their order, and not for what is stored later', async () => {
    const [first, second] = [Promise.withResolvers<undefined>(), Promise.withResolvers<undefined>()];
    let storing: Promise<unknown> | undefined = first.promise;
    const { calls, told, send } = fakeSocket({ storing: () => storing });

    for (const text of ['a', 'b']) await send(text);
    await nextTurn();
    storing = undefined;
    await send('c');
    await nextTurn();
    storing = second.promise;
    await send('d');
    await nextTurn();
    expect([calls, told]).toEqual([[], ['a', 'b', 'c', 'd']]);

    first.resolve(undefined);
    await nextTurn();
    expect(calls).toEqual([['a', 'b'], ['c']]);

    second.resolve(undefined);
    await nextTurn();
    expect(calls).toEqual([['a', 'b'], ['c'], ['d']]);
  });

  it.each(['at once', 'after an end'])('never leave when it could not be stored: %s', async (when) => {
    const failing = Promise.withResolvers<undefined>();
    let storing: Promise<unknown> | undefined = failing.promise;
    const { socket, calls, send } = fakeSocket({ storing: () => storing });

    await send('a');
    if (when === 'after an end') socket.end();
    else await nextTurn();
    storing = undefined;
    if (when === 'at once') await send('b');
    failing.reject(new Error('the disk is full'));
    await nextTurn();
    await nextTurn();

    expect(calls).toEqual([]);
  });

  it('that wait for the storage when it is given up never leave; what comes after does so at once', async () => {
    const storing = Promise.withResolvers<undefined>();
    const { calls, send, giveUp } = fakeSocket({ storing: () => storing.promise });

    await send('a');
    await nextTurn();
    await send('b');
    giveUp();
    await send('close');
    await nextTurn();
    storing.resolve(undefined);
    await nextTurn();

    expect(calls).toEqual([['close']]);
  });

  it('that wait for nothing leave when the rest is given up', async () => {
    const { calls, send, giveUp } = fakeSocket();

    await send('a');
    giveUp();
    await send('close');
    await nextTurn();

    expect(calls).toEqual([['a'], ['close']]);
  });

  it('that wait when the socket ends do not leave, and break nothing', async () => {
    const storing = Promise.withResolvers<undefined>();
    const { socket, calls, send } = fakeSocket({ storing: () => storing.promise });

    await send('a');
    socket.end();
    await once(socket, 'finish');
    storing.resolve(undefined);
    await nextTurn();

    expect(calls).toEqual([]);
  });

  it('reach a WebSocket as they are, whatever comes between them', async () => {
    const server = new WebSocketServer({ port: 0 });
    await once(server, 'listening');
    const client = new WebSocket(`ws://localhost:${(server.address() as AddressInfo).port}`);
    // Baileys passes the events of its WebSocket on.
    const ws = Object.assign(new EventEmitter(), { close: () => client.close() });
    client.on('upgrade', (response) => ws.emit('upgrade', response));
    let storing: Promise<unknown> | undefined;
    bundleFrames({ ws } as unknown as WASocket, () => storing);
    const [[peer]] = (await Promise.all([once(server, 'connection'), once(client, 'open')])) as [[WebSocket], unknown];
    const send = promisify(client.send.bind(client) as Write);
    const received: Buffer[] = [];
    const arrived = new EventEmitter();
    peer.on('message', (data: Buffer) => arrived.emit(`${received.push(data)}`));
    const frame = fc.oneof(
      fc.uint8Array({ maxLength: 300 }),
      fc.nat(200_000).map((length) => Buffer.alloc(length, 7)),
    );
    const step = fc.record({
      frame,
      before: fc.constantFrom('turn', 'ping', 'storing', 'nothing'),
      isAwaited: fc.boolean(),
    });

    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 20 }), async (steps) => {
        received.length = 0;
        const all = once(arrived, `${steps.length}`);
        for (const { frame: bytes, before, isAwaited } of steps) {
          if (before === 'turn') await nextTurn();
          if (before === 'ping') client.ping();
          storing = before === 'storing' ? nextTurn() : undefined;
          const written = send(bytes);
          if (isAwaited) await written;
        }
        await all;
        expect(received.every((bytes, at) => bytes.equals(steps[at]?.frame ?? Buffer.of()))).toBe(true);
      }),
      { numRuns: 50 },
    );

    storing = new Promise(() => undefined);
    await send(Buffer.from('never'));
    await nextTurn();
    ws.close();
    await once(peer, 'close');
    expect(received.some((bytes) => bytes.equals(Buffer.from('never')))).toBe(false);
    server.close();
  });
});
