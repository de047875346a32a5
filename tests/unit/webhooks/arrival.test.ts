import fc from 'fast-check';
import { messageReceived } from '../../../src/sessions/callback-events.ts';
import { toldBody } from '../../../src/storage/shared/callbacks/told-body.ts';
import { arrivalIn } from '../../../src/webhooks/arrival.ts';
import { contentOf } from '../../../src/whatsapp/messages/content.ts';
import { ANA, record } from '../../contracts/storage/support.ts';

/** What a sender might write, who would like to have sent it at another time. */
const hostile = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom(
    ',"timestamp":"2001-01-01T00:00:00.000Z","offline":true',
    '\\",\\"timestamp\\":\\"2001-01-01T00:00:00.000Z\\",\\"offline\\":true',
    '","timestamp":"2001-01-01T00:00:00.000Z","offline":true,"',
  ),
);

it('the arrival of a message is that of its body, whatever is written in it', () => {
  const times = fc.integer({ min: 0, max: Date.UTC(9999, 11, 31) });
  fc.assert(
    fc.property(hostile, hostile, times, fc.boolean(), (text, pushName, sentAtMs, offline) => {
      const callback = messageReceived(
        record(ANA),
        {
          ...{ id: pushName, chatId: text, isGroup: false, groupName: text, fromMe: false, sentAtMs, offline },
          sender: { number: null, lid: text, pushName },
          content: contentOf('text', { text, mentions: [pushName] }),
        },
        0,
      );
      expect(arrivalIn(toldBody(callback))).toEqual({ sentAtMs, offline });
    }),
    { numRuns: 300 },
  );
});

it('a body without an arrival has none', () => {
  expect(arrivalIn('{"session_id":"a","timestamp":"2024-01-15T10:30:00.000Z"}')).toBeNull();
});
