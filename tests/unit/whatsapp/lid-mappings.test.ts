// Only this file: all of Baileys takes a second to load.
import { LIDMappingStore } from '@whiskeysockets/baileys/lib/Signal/lid-mapping.js';
import fc from 'fast-check';
import { silentLogger } from '../../../src/kit/logger.ts';
import { answerKnownLids } from '../../../src/whatsapp/baileys/lid-mappings.ts';

/** A store of Baileys that knows these LIDs, by number, and finds the others nowhere. */
function storeWith(known: Readonly<Record<string, unknown>>) {
  const asked: string[][] = [];
  const keys = {
    get: () => Promise.resolve({}),
    set: () => Promise.resolve(),
    transaction: (work: () => unknown) => work(),
  };
  const store = new LIDMappingStore(keys as never, silentLogger, (jids) => {
    asked.push(jids);
    return Promise.resolve(undefined);
  });
  const { mappingCache } = store as unknown as { mappingCache: Map<string, unknown> };
  for (const [number, lid] of Object.entries(known)) mappingCache.set(`pn:${number}`, lid);
  return { store, asked };
}

const NUMBERS = ['1', '5491122334455', '0', 'x', '', 'constructor', '__proto__'];
const users = fc.oneof(fc.constantFrom(...NUMBERS), fc.string({ maxLength: 6 }));
const devices = fc.constantFrom(
  '',
  ':',
  ':0',
  ':00',
  ':7',
  ':007',
  ':99',
  ':-1',
  ':1.5',
  ':x',
  ':1:2',
  '_1',
  '_1:2',
  '\n',
);
const servers = fc.constantFrom(
  '@s.whatsapp.net',
  '@lid',
  '@hosted',
  '@hosted.lid',
  '@g.us',
  '@c.us',
  '',
  '@s.whatsapp.net\n',
);
const jids = fc.tuple(users, devices, servers).map((parts) => parts.join(''));
const lids = fc.constantFrom<unknown>('123', '0', '', '1:2', 'x', undefined, 7, {});

describe('the LID of a number', () => {
  it('is what Baileys says, and WhatsApp is asked as often', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(jids, { maxLength: 5 }),
        fc.dictionary(fc.constantFrom(...NUMBERS), lids),
        async (all, known) => {
          const [plain, quick] = [storeWith(known), storeWith(known)];
          answerKnownLids(quick.store);
          for (const jid of all)
            expect([jid, await quick.store.getLIDForPN(jid)]).toEqual([jid, await plain.store.getLIDForPN(jid)]);
          expect(quick.asked).toEqual(plain.asked);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('is another one when Baileys has learned another one', async () => {
    const { store } = storeWith({ 5491122334455: '1' });
    answerKnownLids(store);
    expect(await store.getLIDForPN('5491122334455:3@s.whatsapp.net')).toBe('1:3@lid');

    await store.storeLIDPNMappings([{ lid: '2@lid', pn: '5491122334455@s.whatsapp.net' }]);
    expect(await store.getLIDForPN('5491122334455:3@s.whatsapp.net')).toBe('2:3@lid');
  });
});
