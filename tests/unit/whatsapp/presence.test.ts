import { Presence } from '../../../src/whatsapp/query/presence.ts';
import { ManualClock } from '../../harness/manual-clock.ts';

/** The presence of an account, and what was sent to WhatsApp, in order. */
function start() {
  const clock = new ManualClock();
  const sent: string[] = [];
  const presence = new Presence((state, jid) => {
    sent.push(jid === undefined ? state : `${state} ${jid}`);
    return Promise.resolve();
  }, clock);
  return { clock, sent, presence };
}

it('an account is online for as long as it types somewhere', async () => {
  const { clock, sent, presence } = start();
  await presence.type('a', 'composing');
  await clock.advance(20_000);
  await presence.type('b', 'recording');
  await presence.type('a', 'composing');
  await clock.advance(24_999);
  expect(sent).toEqual(['available', 'composing a', 'recording b', 'composing a']);

  await clock.advance(1);

  expect(sent.slice(4)).toEqual(['unavailable']);
});

it('an account that pauses without having typed is not shown as online', async () => {
  const { sent, presence } = start();
  await presence.type('a', 'paused');
  expect(sent).toEqual(['paused a']);
});

it('going offline ends the typing too', async () => {
  const { clock, sent, presence } = start();
  await presence.type('a', 'composing');
  await presence.show('unavailable');
  await clock.advance(60_000);
  expect(sent).toEqual(['available', 'composing a', 'unavailable']);
});

it('an account sends nothing more when the connection is over', async () => {
  const { clock, sent, presence } = start();
  await presence.type('a', 'composing');
  presence.end();
  await clock.advance(60_000);
  expect(sent).toEqual(['available', 'composing a']);
});
