import { GroupNames } from '../../../src/whatsapp/group-names.ts';
import { ManualClock } from '../../harness/manual-clock.ts';

const GROUP = '1@g.us';

/** Names, and a WhatsApp that answers what the test says, or nothing. */
function startNames() {
  const clock = new ManualClock();
  const names = new GroupNames(clock);
  const state: { asked: number; answer: Promise<string | null> } = { asked: 0, answer: Promise.resolve('Ventas') };
  const of = () =>
    names.of(GROUP, () => {
      state.asked += 1;
      return state.answer;
    });
  return { clock, names, state, of };
}

describe('the name of a group', () => {
  it('is asked for once, however many messages come at the same time and later', async () => {
    const { of, state } = startNames();
    expect(await Promise.all([of(), of()])).toEqual(['Ventas', 'Ventas']);
    expect(await of()).toBe('Ventas');
    expect(state.asked).toBe(1);
  });

  it('is what WhatsApp tells of it, without asking', async () => {
    const { names, of, state } = startNames();
    names.told(GROUP, 'Compras');
    expect([await of(), state.asked]).toEqual(['Compras', 0]);
  });

  it('is done without when there is nobody to ask, and asked for the next time', async () => {
    const { names, of, state } = startNames();
    expect(await names.of(GROUP, undefined)).toBeNull();
    expect([await of(), state.asked]).toEqual(['Ventas', 1]);
    expect(await names.of(GROUP, undefined)).toBe('Ventas');
  });

  it('is done without after 5 s, and known to the next message when it came later', async () => {
    const { clock, of, state } = startNames();
    const late = Promise.withResolvers<string>();
    state.answer = late.promise;
    const name = of();
    await clock.advance(5_000);
    expect(await name).toBeNull();

    late.resolve('Ventas');
    expect([await of(), state.asked]).toEqual(['Ventas', 1]);
  });

  it('is not asked for with every message when WhatsApp refuses', async () => {
    const { clock, of, state } = startNames();
    state.answer = Promise.reject(new Error('rate-overlimit'));
    expect([await of(), await of(), state.asked]).toEqual([null, null, 1]);

    state.answer = Promise.resolve('Ventas');
    await clock.advance(60_000);
    expect([await of(), state.asked]).toEqual(['Ventas', 2]);
  });

  it('is asked for again after a day, and stays what it was while nobody answers', async () => {
    const { clock, of, state } = startNames();
    await of();
    await clock.advance(24 * 3600_000);
    state.answer = new Promise(() => undefined);
    const name = of();
    await clock.advance(5_000);
    expect([await name, state.asked]).toEqual(['Ventas', 2]);
  });
});
