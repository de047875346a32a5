// Only this file: all of Baileys takes a second to load.
import { MessageRetryManager } from '@whiskeysockets/baileys/lib/Utils/message-retry-manager.js';
import { silentLogger } from '../../../src/kit/logger.ts';
import { slimRetryCaches } from '../../../src/whatsapp/baileys/retry-caches.ts';
import { ManualClock } from '../../harness/manual-clock.ts';

describe("Baileys' caches for messages that may be requested again", () => {
  const CHAT = '222@lid';

  function slimManager() {
    const clock = new ManualClock();
    const manager = new MessageRetryManager(silentLogger, 5);
    slimRetryCaches({ messageRetryManager: manager }, clock);
    return { clock, manager };
  }

  it('keep a message for five minutes, and nothing of it afterwards', async () => {
    const { clock, manager } = slimManager();
    manager.addRecentMessage(CHAT, 'A1', { conversation: 'hola' });

    await clock.advance(299_000);
    expect(manager.getRecentMessage(CHAT, 'A1')?.message).toEqual({ conversation: 'hola' });

    await clock.advance(1_000);
    expect(manager.getRecentMessage(CHAT, 'A1')).toBeUndefined();
    expect(manager).toHaveProperty('messageKeyIndex.size', 0);
    expect(clock.timers).toEqual([]);
  });

  it('keep the last 512, and none that the recipient could read in the end', () => {
    const { manager } = slimManager();
    for (let at = 0; at <= 512; at += 1) manager.addRecentMessage(CHAT, `A${at}`, { conversation: `${at}` });
    manager.markRetrySuccess('A2');

    const found = ['A0', 'A1', 'A2', 'A512'].map((id) => manager.getRecentMessage(CHAT, id)?.message.conversation);
    expect(found).toEqual([undefined, '1', undefined, '512']);
    expect(manager).toHaveProperty('messageKeyIndex.size', 511);
  });

  it('compare base keys for a quarter of an hour', async () => {
    const { clock, manager } = slimManager();
    const key = new Uint8Array([1, 2, 3]);
    manager.saveBaseKey('222.0', 'A1', key);

    await clock.advance(899_000);
    expect(manager.hasSameBaseKey('222.0', 'A1', key)).toBe(true);
    expect(manager.hasSameBaseKey('222.0', 'A1', new Uint8Array([1, 2, 4]))).toBe(false);

    await clock.advance(1_000);
    expect(manager.hasSameBaseKey('222.0', 'A1', key)).toBe(false);
  });

  it('count the requests of a message for a quarter of an hour from the last one', async () => {
    const { clock, manager } = slimManager();
    manager.incrementRetryCount('A1');
    await clock.advance(899_000);
    expect(manager.incrementRetryCount('A1')).toBe(2);
    await clock.advance(899_000);
    expect([1, 2, 3].map(() => manager.incrementRetryCount('A1'))).toEqual([3, 4, 5]);
    expect(manager.hasExceededMaxRetries('A1')).toBe(true);

    await clock.advance(900_000);
    expect(manager.hasExceededMaxRetries('A1')).toBe(false);
    expect(clock.timers).toEqual([]);
  });

  it('begin a Signal session anew once an hour', async () => {
    const { clock, manager } = slimManager();
    const isBegunAnew = () => manager.shouldRecreateSession('222@lid', true).recreate;
    expect([isBegunAnew(), isBegunAnew()]).toEqual([true, false]);

    await clock.advance(7_200_000);
    expect(isBegunAnew()).toBe(true);
  });

  it('are empty, without a timer, when the connection ends', () => {
    const { clock, manager } = slimManager();
    manager.addRecentMessage(CHAT, 'A1', { conversation: 'hola' });
    manager.saveBaseKey('222.0', 'A1', new Uint8Array([1]));
    expect(clock.timers).toEqual([300_000, 900_000]);

    manager.clear();

    expect(manager.getRecentMessage(CHAT, 'A1')).toBeUndefined();
    expect(clock.timers).toEqual([]);
  });
});
