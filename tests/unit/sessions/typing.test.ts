import type { OutgoingContent } from '../../../src/domain/outgoing.ts';
import { Typing } from '../../../src/sessions/sending/typing.ts';
import { fixedRandom } from '../../harness/fixed-random.ts';
import { ManualClock } from '../../harness/manual-clock.ts';

const TO = '5490987654321@s.whatsapp.net';
const text = (length: number): OutgoingContent => ({ type: 'text', text: 'a'.repeat(length) });

function start({ enabled = true, fraction = 0, fails = false } = {}) {
  const clock = new ManualClock();
  const startMs = clock.now();
  const shown: string[] = [];
  const type = (_: unknown, state: string) => {
    shown.push(`${clock.now() - startMs} ${state}`);
    return fails ? Promise.reject(new Error('no connection')) : Promise.resolve();
  };
  const typing = new Typing({ enabled, clock, random: fixedRandom(fraction) });
  const connection = { chats: { type } } as unknown as Parameters<Typing['before']>[2];
  return { clock, shown, before: (content: OutgoingContent) => typing.before(content, TO, connection) };
}

describe('typing', () => {
  it.each([
    [3, 0, 1_000],
    [50, 0, 2_000],
    [50, 0.5, 3_000],
    [5_000, 0, 6_000],
  ])('of %d characters (random %d) takes %d ms', async (length, fraction, durationMs) => {
    const { clock, shown, before } = start({ fraction });
    const typed = before(text(length));

    await clock.advance(durationMs);
    await typed;

    expect(shown).toEqual(['0 composing', `${durationMs} paused`]);
  });

  it('is shown for one message after the other', async () => {
    const { clock, shown, before } = start();
    const typed = Promise.all([before(text(100)), before(text(1))]);

    await clock.advance(5_000);
    await typed;

    expect(shown).toEqual(['0 composing', '4000 paused', '4000 composing', '5000 paused']);
  });

  it.each<OutgoingContent>([
    { type: 'reaction', messageId: 'A1', emoji: '👍' },
    { type: 'delete', messageId: 'A1' },
    { type: 'forward', messageId: 'A1' },
  ])('is not shown for what takes one tap: $type', async (content) => {
    const { shown, before } = start();

    await before(content);

    expect(shown).toEqual([]);
  });

  it('is not shown unless it is enabled', async () => {
    const { shown, before } = start({ enabled: false });

    await before(text(100));

    expect(shown).toEqual([]);
  });

  it('does not hold back a message when it fails', async () => {
    const { before } = start({ fails: true });

    await before(text(100));
  });
});
