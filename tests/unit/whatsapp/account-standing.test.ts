import { readNewChatCap } from '../../../src/whatsapp/send/new-chat-cap.ts';
import { endOf, fetchTimelock, type ReachoutTimelock } from '../../../src/whatsapp/send/timelock.ts';
import { Restriction } from '../../../src/whatsapp/send/restriction.ts';
import { ManualClock } from '../../harness/manual-clock.ts';

const NOW_MS = 1_796_000_000_000;
const END_S = NOW_MS / 1000 + 86_400;

describe('the limit of new chats', () => {
  it.each([
    [{ total_quota: 40, used_quota: 12, cycle_end_timestamp: String(END_S) }, [40, 12, END_S * 1000]],
    [{ total_quota: '40', used_quota: '12', cycle_end_timestamp: END_S }, [40, 12, END_S * 1000]],
    [{ total_quota: 40 }, [40, 0, null]],
    [{ total_quota: 40, used_quota: 1, cycle_end_timestamp: '0' }, [40, 1, null]],
    [{ total_quota: 40, used_quota: {}, cycle_end_timestamp: '9'.repeat(400) }, [40, 0, null]],
    [{ total_quota: 40, used_quota: -5, cycle_end_timestamp: Number.MAX_VALUE }, [40, 0, null]],
  ])('is read from %j', (payload, [limit, used, resetsAtMs]) => {
    expect(readNewChatCap(payload, NOW_MS)).toEqual({ limit, used, resetsAtMs });
  });

  it.each([null, undefined, 'CAPPED', 7, [], {}, { total_quota: -1 }, { total_quota: 1e300 }, { total_quota: NaN }])(
    'is none in %j',
    (payload) => {
      expect(readNewChatCap(payload, NOW_MS)).toBeNull();
    },
  );
});

describe('a timelock', () => {
  const lock = (timeEnforcementEnds?: Date): ReachoutTimelock => ({
    isActive: true,
    ...(timeEnforcementEnds && { timeEnforcementEnds }),
  });

  it.each([
    [new Date(END_S * 1000), END_S * 1000],
    [new Date(NaN), undefined],
    [new Date(8.64e15), undefined],
    [undefined, undefined],
  ])('ends at a time that makes sense: %p', (at, endMs) => {
    expect(endOf(lock(at), NOW_MS)).toBe(endMs);
  });

  it('is asked for', async () => {
    const answering = (answer: ReachoutTimelock) => ({ fetchAccountReachoutTimelock: () => Promise.resolve(answer) });

    expect(await fetchTimelock(answering(lock(new Date(END_S * 1000))), NOW_MS)).toBe(END_S * 1000);
    expect(await fetchTimelock(answering(lock(new Date(NaN))), NOW_MS)).toBe(NOW_MS);
    expect(await fetchTimelock(answering({ isActive: false }), NOW_MS)).toBeNull();
  });

  it('is assumed after three refusals within an hour, although WhatsApp says that there is none', async () => {
    const clock = new ManualClock();
    const told: (number | null)[] = [];
    const socket = { fetchAccountReachoutTimelock: () => Promise.reject(new Error('no answer')) };
    const restriction = new Restriction(socket, clock, (untilMs) => told.push(untilMs));
    const refusedAndDenied = (): void => {
      restriction.refused();
      restriction.update({ isActive: false });
    };

    refusedAndDenied();
    refusedAndDenied();
    expect(told.at(-1)).toBeNull();
    refusedAndDenied();
    expect(told.at(-1)).toBe(clock.now() + 3_600_000);
    await clock.advance(3_600_001);
    refusedAndDenied();
    expect(told.at(-1)).toBeNull();
  });
});
