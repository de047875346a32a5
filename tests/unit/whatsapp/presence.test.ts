import { Presence } from '../../../src/whatsapp/query/presence.ts';
import { ManualClock } from '../../harness/manual-clock.ts';

/** How an account is shown, and what WhatsApp was told, in order. */
function start() {
  const clock = new ManualClock();
  const told: string[] = [];
  const presence = new Presence((state, jid) => {
    told.push(jid === undefined ? state : `${state} ${jid}`);
    return Promise.resolve();
  }, clock);
  return { clock, told, presence };
}

it('is online for as long as it types somewhere', async () => {
  const { clock, told, presence } = start();
  await presence.type('a', 'composing');
  await clock.advance(20_000);
  await presence.type('b', 'recording');
  await presence.type('a', 'composing');
  await clock.advance(24_999);
  expect(told).toEqual(['available', 'composing a', 'recording b', 'composing a']);

  await clock.advance(1);

  expect(told.slice(4)).toEqual(['unavailable']);
});

it('that pauses without having typed is not shown as online for it', async () => {
  const { told, presence } = start();
  await presence.type('a', 'paused');
  expect(told).toEqual(['paused a']);
});

it('that was taken back ends the typing too', async () => {
  const { clock, told, presence } = start();
  await presence.type('a', 'composing');
  await presence.show('unavailable');
  await clock.advance(60_000);
  expect(told).toEqual(['available', 'composing a', 'unavailable']);
});

it('says nothing more when the line is over', async () => {
  const { clock, told, presence } = start();
  await presence.type('a', 'composing');
  presence.end();
  await clock.advance(60_000);
  expect(told).toEqual(['available', 'composing a']);
});
