import type { GroupMetadata } from '@whiskeysockets/baileys';
import { GroupCache } from '../../../src/whatsapp/query/group-cache.ts';
import { ManualClock } from '../../harness/manual-clock.ts';

const ID = '1@g.us';

function called(subject: string, id = ID): GroupMetadata {
  return { id, subject, owner: undefined, participants: [] };
}

/** A cache, and a WhatsApp that answers as the test says. */
function startCache() {
  const clock = new ManualClock();
  const cache = new GroupCache(clock);
  const state: { asked: number; answer: Promise<GroupMetadata> } = {
    asked: 0,
    answer: Promise.resolve(called('Ventas')),
  };
  const ask = () => {
    state.asked += 1;
    return state.answer;
  };
  const name = () => cache.name(ID, ask);
  const metadata = async (maxAgeMs?: number) => (await cache.metadata(ID, ask, maxAgeMs)).subject;
  return { clock, cache, state, name, metadata };
}

describe('the name of a group', () => {
  it('is asked for once, however many messages come at the same time and later', async () => {
    const { name, state } = startCache();
    expect(await Promise.all([name(), name()])).toEqual(['Ventas', 'Ventas']);
    expect(await name()).toBe('Ventas');
    expect(state.asked).toBe(1);
  });

  it('is asked for again after a day, whatever somebody does to the clock', async () => {
    const { clock, name, state } = startCache();
    await name();
    clock.set(-365 * 24 * 3600_000);
    await clock.advance(24 * 3600_000);
    await name();
    expect(state.asked).toBe(2);
  });

  it('is taken from WhatsApp’s announcements, without asking', async () => {
    const { cache, name, state } = startCache();
    cache.renamed(ID, 'Compras');
    expect([await name(), state.asked]).toEqual(['Compras', 0]);
  });

  it('is null while there is nobody to ask, and asked for the next time', async () => {
    const { cache, name, state } = startCache();
    expect(await cache.name(ID, undefined)).toBeNull();
    expect([await name(), state.asked]).toEqual(['Ventas', 1]);
    expect(await cache.name(ID, undefined)).toBe('Ventas');
  });

  it('is null after 5 s, and known to the next message when it arrived later', async () => {
    const { clock, name, state } = startCache();
    const late = Promise.withResolvers<GroupMetadata>();
    state.answer = late.promise;
    const waiting = name();
    await clock.advance(5_000);
    expect(await waiting).toBeNull();

    late.resolve(called('Ventas'));
    expect([await name(), state.asked]).toEqual(['Ventas', 1]);
  });

  it('is not asked for with every message when WhatsApp refuses', async () => {
    const { clock, name, state } = startCache();
    state.answer = Promise.reject(new Error('rate-overlimit'));
    expect([await name(), await name(), state.asked]).toEqual([null, null, 1]);

    state.answer = Promise.resolve(called('Ventas'));
    await clock.advance(60_000);
    expect([await name(), state.asked]).toEqual(['Ventas', 2]);
  });

  it('is asked for again after a day, and stays the same while WhatsApp does not answer', async () => {
    const { clock, name, state } = startCache();
    await name();
    await clock.advance(24 * 3600_000);
    state.answer = new Promise(() => undefined);
    const waiting = name();
    await clock.advance(5_000);
    expect([await waiting, state.asked]).toEqual(['Ventas', 2]);
  });

  it('stays the same when WhatsApp refuses to say it again', async () => {
    const { clock, name, state } = startCache();
    await name();
    await clock.advance(24 * 3600_000);
    state.answer = Promise.reject(new Error('rate-overlimit'));
    expect([await name(), await name(), state.asked]).toEqual(['Ventas', 'Ventas', 2]);
  });

  it('survives a change of something else', async () => {
    const { cache, name, state } = startCache();
    await name();
    cache.changed(ID);
    expect([await name(), state.asked]).toEqual(['Ventas', 1]);
  });
});

describe('the metadata of a group', () => {
  it('is asked for once, for sends and for names', async () => {
    const { name, metadata, state } = startCache();
    expect(await Promise.all([metadata(), name(), metadata()])).toEqual(['Ventas', 'Ventas', 'Ventas']);
    expect([await metadata(), state.asked]).toEqual(['Ventas', 1]);
  });

  it('is asked for again after an hour, or earlier by callers that want it fresher', async () => {
    const { clock, metadata, state } = startCache();
    await metadata();
    await clock.advance(60_000);
    expect([await metadata(), state.asked]).toEqual(['Ventas', 1]);
    await metadata(60_000);
    await clock.advance(3600_000);
    await metadata();
    expect(state.asked).toBe(3);
  });

  it('is asked for again after a change, also when the change came during the query', async () => {
    const { cache, metadata, state } = startCache();
    const old = Promise.withResolvers<GroupMetadata>();
    state.answer = old.promise;
    const first = metadata();
    cache.changed(ID);
    state.answer = Promise.resolve(called('Compras'));

    expect(await metadata()).toBe('Compras');
    old.resolve(called('Ventas'));
    expect(await first).toBe('Ventas');
    expect([await metadata(), state.asked]).toEqual(['Compras', 2]);
  });

  it('fails as the query does, and is asked for again', async () => {
    const { metadata, state } = startCache();
    state.answer = Promise.reject(new Error('no such group'));
    await expect(metadata()).rejects.toThrow('no such group');
    state.answer = Promise.resolve(called('Ventas'));
    expect(await metadata()).toBe('Ventas');
  });

  it('is kept for a bounded number of groups', async () => {
    const { cache, metadata, state } = startCache();
    await metadata();
    for (let index = 0; index < 200; index += 1) cache.received(called('Otro', `${index + 2}@g.us`));
    await metadata();
    expect(state.asked).toBe(2);
  });
});
