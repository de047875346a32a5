import { type GroupMetadata } from '@whiskeysockets/baileys';
import { GroupCache } from '../../../src/whatsapp/query/group-cache.ts';
import { ManualClock } from '../../harness/manual-clock.ts';

const ID = '1@g.us';

function called(subject: string, id = ID): GroupMetadata {
  return { id, subject, owner: undefined, participants: [] };
}

/** A cache, and a WhatsApp that answers as the test says, or not at all. */
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
  it('is requested once, however many messages arrive at the same time and later', async () => {
    const { name, state } = startCache();
    expect(await Promise.all([name(), name()])).toEqual(['Ventas', 'Ventas']);
    expect(await name()).toBe('Ventas');
    expect(state.asked).toBe(1);
  });

  it('is the one that WhatsApp announces, without a request', async () => {
    const { cache, name, state } = startCache();
    cache.renamed(ID, 'Compras');
    expect([await name(), state.asked]).toEqual(['Compras', 0]);
  });

  it('is null when nobody can be asked, and requested the next time', async () => {
    const { cache, name, state } = startCache();
    expect(await cache.name(ID, undefined)).toBeNull();
    expect([await name(), state.asked]).toEqual(['Ventas', 1]);
    expect(await cache.name(ID, undefined)).toBe('Ventas');
  });

  it('is null after 5 s, and known to the next message when it arrives later', async () => {
    const { clock, name, state } = startCache();
    const late = Promise.withResolvers<GroupMetadata>();
    state.answer = late.promise;
    const waiting = name();
    await clock.advance(5_000);
    expect(await waiting).toBeNull();

    late.resolve(called('Ventas'));
    expect([await name(), state.asked]).toEqual(['Ventas', 1]);
  });

  it('is not requested with every message when WhatsApp refuses', async () => {
    const { clock, name, state } = startCache();
    state.answer = Promise.reject(new Error('rate-overlimit'));
    expect([await name(), await name(), state.asked]).toEqual([null, null, 1]);

    state.answer = Promise.resolve(called('Ventas'));
    await clock.advance(60_000);
    expect([await name(), state.asked]).toEqual(['Ventas', 2]);
  });

  it('is requested again after a day, and stays the same while nobody answers', async () => {
    const { clock, name, state } = startCache();
    await name();
    await clock.advance(24 * 3600_000);
    state.answer = new Promise(() => undefined);
    const waiting = name();
    await clock.advance(5_000);
    expect([await waiting, state.asked]).toEqual(['Ventas', 2]);
  });

  it('stays the same when WhatsApp refuses to repeat it', async () => {
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
  it('is requested once for all callers: those who send, and those who want the name', async () => {
    const { name, metadata, state } = startCache();
    expect(await Promise.all([metadata(), name(), metadata()])).toEqual(['Ventas', 'Ventas', 'Ventas']);
    expect([await metadata(), state.asked]).toEqual(['Ventas', 1]);
  });

  it('is requested again after an hour, and earlier by a caller with a lower maximum age', async () => {
    const { clock, metadata, state } = startCache();
    await metadata();
    await clock.advance(60_000);
    expect([await metadata(), state.asked]).toEqual(['Ventas', 1]);
    await metadata(60_000);
    await clock.advance(3600_000);
    await metadata();
    expect(state.asked).toBe(3);
  });

  it('is requested again after a change, even one during the request', async () => {
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

  it('fails as the request does, and is requested again', async () => {
    const { metadata, state } = startCache();
    state.answer = Promise.reject(new Error('no such group'));
    await expect(metadata()).rejects.toThrow('no such group');
    state.answer = Promise.resolve(called('Ventas'));
    expect(await metadata()).toBe('Ventas');
  });

  it('is cached for a bounded number of groups', async () => {
    const { cache, metadata, state } = startCache();
    await metadata();
    for (let index = 0; index < 200; index += 1) cache.told(called('Otro', `${index + 2}@g.us`));
    await metadata();
    expect(state.asked).toBe(2);
  });
});
