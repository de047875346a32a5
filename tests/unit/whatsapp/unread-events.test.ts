import { globSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { BaileysEvent, WASocket } from '@whiskeysockets/baileys';
// Only this file: all of Baileys takes a second to load.
import { makeEventBuffer } from '@whiskeysockets/baileys/lib/Utils/event-buffer.js';
import { silentLogger } from '../../../src/kit/logger.ts';
import { tapEvents } from '../../../src/whatsapp/baileys/event-tap.ts';
import { BUFFERED, dropUnreadEvents } from '../../../src/whatsapp/baileys/unread-events.ts';

/** Where Baileys listens to one of its events, in its own code. */
const HEARD = /\bev\.(?:on|once|process)\(([^,)]*)|bindWaitForEvent\(ev, ([^)]*)/g;

const LIBRARY = dirname(fileURLToPath(import.meta.resolve('@whiskeysockets/baileys')));

describe('events that Baileys buffers', () => {
  it('reach a tap, and neither the buffer nor a listener', () => {
    const ev = makeEventBuffer(silentLogger);
    const socket = { ev } as unknown as WASocket;
    const [tapped, heard]: [string[], string[]] = [[], []];
    dropUnreadEvents(socket);
    tapEvents(socket, {
      'messages.delete': () => tapped.push('deleted'),
      'creds.update': () => tapped.push('credentials'),
    });
    ev.process((events) => void heard.push(...Object.keys(events)));

    ev.buffer();
    ev.emit('messages.delete', { keys: [{ id: 'A1', remoteJid: '1@lid' }] });
    ev.emit('creds.update', {});
    ev.flush();
    ev.destroy();

    expect([tapped, heard]).toEqual([['deleted', 'credentials'], ['creds.update']]);
  });

  it('are those that it says, and it listens to none of them', () => {
    const files = globSync(`${LIBRARY}/**/*.js`).map((file) => readFileSync(file, 'utf8'));
    const [, list = ''] = files.map((text) => /^const BUFFERABLE_EVENT = \[([^\]]*)\]/m.exec(text)).find(Boolean) ?? [];
    const heard = files.flatMap((text) => [...text.matchAll(HEARD)].map(([, name, awaited]) => name ?? awaited ?? ''));

    expect([...list.matchAll(/'([^']+)'/g)].map(([, name]) => name).toSorted()).toEqual([...BUFFERED].toSorted());
    // All that are not named are what `bindWaitForEvent` waits for, and the buffer's own `on`.
    expect(heard).toEqual(expect.arrayContaining(["'creds.update'", "'connection.update'", "'messages.media-update'"]));
    expect(heard.filter((name) => !name.startsWith("'")).toSorted()).toEqual(['...args', 'event', 'event']);
    expect(heard.filter((name) => BUFFERED.has(name.slice(1, -1) as BaileysEvent))).toEqual([]);
  });
});
