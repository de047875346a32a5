import type { WASocket } from '@whiskeysockets/baileys';
import { Restriction } from '../../../src/whatsapp/send/restriction.ts';
import { ManualClock } from '../../harness/manual-clock.ts';

type Lock = Awaited<ReturnType<WASocket['fetchAccountReachoutTimelock']>>;

/** A restriction whose WhatsApp answers with `answer`, and what it emitted so far. */
function start(answer: () => Promise<Lock>) {
  const clock = new ManualClock();
  const emitted: (number | null)[] = [];
  const state = { asked: 0 };
  const fetchAccountReachoutTimelock = async (): Promise<Lock> => {
    state.asked += 1;
    const lock = await answer();
    restriction.update(lock);
    return lock;
  };
  const restriction: Restriction = new Restriction({ fetchAccountReachoutTimelock }, clock, (untilMs) =>
    emitted.push(untilMs),
  );
  return { clock, emitted, state, restriction };
}

const lock = (isActive: boolean, endsMs?: number) =>
  Promise.resolve({ isActive, ...(endsMs !== undefined && { timeEnforcementEnds: new Date(endsMs) }) } as Lock);

it('the answer counts for a minute, however many ask', async () => {
  const { restriction, clock, state } = start(() => lock(false));

  expect([await restriction.ask(), await restriction.ask()]).toEqual(['free', 'free']);
  expect(state.asked).toBe(1);
  await clock.advance(60_000);
  await restriction.ask();
  expect(state.asked).toBe(2);
});

it('a refusal right after the answer does not replace what WhatsApp said', async () => {
  const { restriction, emitted } = start(() => lock(true, 7_200_000));

  expect(await restriction.ask()).toBe('restricted');
  restriction.refused();

  expect(emitted).toEqual([7_200_000]);
});

it('an error, or silence for 5 s, is no answer, and a refusal then counts for an hour', async () => {
  for (const answer of [() => Promise.reject(new Error('odd')), () => new Promise<Lock>(() => undefined)]) {
    const { restriction, clock, emitted } = start(answer);
    const standing = restriction.ask();
    await clock.advance(5_000);

    expect(await standing).toBe('unknown');
    restriction.refused();
    expect(emitted).toEqual([clock.now() + 3_600_000]);
  }
});
