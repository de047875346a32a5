import type { USyncQuery } from '@whiskeysockets/baileys';
import type { PhoneNumber } from '../../../src/domain/address.ts';
import { AppError } from '../../../src/domain/errors.ts';
import type { NumberSocket } from '../../../src/whatsapp/addressing/number-query.ts';
import { RecipientLookup } from '../../../src/whatsapp/addressing/recipient-lookup.ts';
import { ManualClock } from '../../harness/manual-clock.ts';

const ANA = '5491122334455' as PhoneNumber;
const LUZ = '5215512345678' as PhoneNumber;

/** A lookup, and a socket whose WhatsApp knows these canonical numbers. `silent` leaves one query without an answer. */
function start() {
  const clock = new ManualClock();
  const state = { registered: new Set([ANA, '525512345678']), silent: false, asked: [] as string[][] };
  const answer = (query: USyncQuery) => {
    const asked = query.users.map(({ phone = '' }) => phone.slice(1));
    state.asked.push(asked);
    if (state.silent) {
      state.silent = false;
      return Promise.resolve(undefined);
    }
    const list = asked.map((form) => {
      const number = form === '525512345678' || form === '5215512345678' ? '525512345678' : form;
      const exists = state.registered.has(number);
      return { id: `${number}@s.whatsapp.net`, contact: { exists, asked: form }, lid: `1${number}@lid` };
    });
    return Promise.resolve({ list, sideList: [] });
  };
  const lidMapping = { storeLIDPNMappings: () => Promise.resolve() };
  const socket = { executeUSyncQuery: answer, signalRepository: { lidMapping } } as unknown as NumberSocket;
  return { clock, state, socket, lookup: new RecipientLookup(clock) };
}

describe('numbers', () => {
  it('are looked up together, in all their forms, and each gets its own account', async () => {
    const { lookup, socket, state } = start();
    const nobody = '14155550100' as PhoneNumber;

    const found = await lookup.accounts(socket, [LUZ, nobody, ANA]);

    expect(found).toEqual([
      { number: '525512345678', jid: '525512345678@s.whatsapp.net', lid: '1525512345678@lid' },
      null,
      { number: ANA, jid: `${ANA}@s.whatsapp.net`, lid: `1${ANA}@lid` },
    ]);
    expect(state.asked).toEqual([[LUZ, '525512345678', nobody, ANA, '541122334455']]);
  });

  it('with an account are cached for 30 days', async () => {
    const { lookup, socket, state, clock } = start();
    await lookup.accounts(socket, [ANA]);
    await clock.advance(30 * 24 * 3600_000 - 1);
    await lookup.accounts(socket, [ANA]);
    expect(state.asked).toHaveLength(1);
    await clock.advance(1);
    await lookup.accounts(socket, [ANA]);
    expect(state.asked).toHaveLength(2);
  });

  it('without one are looked up again after an hour', async () => {
    const { lookup, socket, state, clock } = start();
    state.registered.delete(ANA);
    expect(await lookup.accounts(socket, [ANA])).toEqual([null]);
    state.registered.add(ANA);
    await clock.advance(3600_000 - 1);
    expect(await lookup.accounts(socket, [ANA])).toEqual([null]);
    await clock.advance(1);
    expect(await lookup.accounts(socket, [ANA])).toMatchObject([{ number: ANA }]);
  });

  it('keep the account that was found when it expires while WhatsApp is asked for others', async () => {
    const { lookup, socket, state, clock } = start();
    await lookup.accounts(socket, [ANA]);
    await clock.advance(30 * 24 * 3600_000 - 1);
    const gate = Promise.withResolvers<undefined>();
    const slow: NumberSocket = {
      ...socket,
      executeUSyncQuery: (query) => gate.promise.then(() => socket.executeUSyncQuery(query)),
    };
    const found = lookup.accounts(slow, [ANA, LUZ]);
    await clock.advance(1);
    gate.resolve(undefined);

    expect(await found).toMatchObject([{ number: ANA }, { number: '525512345678' }]);
    expect(state.asked).toHaveLength(2);
  });

  it('are looked up again by the second caller when the query of the first fails', async () => {
    const { lookup, socket, state } = start();
    state.silent = true;
    const first = lookup.accounts(socket, [ANA]);
    const second = lookup.accounts(socket, [ANA]);
    await expect(first).rejects.toEqual(new AppError('whatsapp_timeout'));

    await expect(second).resolves.toMatchObject([{ number: ANA }]);
    expect(state.asked).toHaveLength(2);
  });

  it('are not looked up without permission, which known ones do not need', async () => {
    const { lookup, socket, state } = start();
    const forbid = () => {
      throw new AppError('rate_limited');
    };
    await expect(lookup.accounts(socket, [ANA], forbid)).rejects.toEqual(new AppError('rate_limited'));
    await lookup.accounts(socket, [ANA]);
    await expect(lookup.accounts(socket, [ANA], forbid)).resolves.toMatchObject([{ number: ANA }]);
    expect(state.asked).toHaveLength(1);
  });
});
