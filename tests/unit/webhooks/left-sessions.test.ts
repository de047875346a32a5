import type { SessionId } from '../../../src/domain/session-id.ts';
import { LeftSessions } from '../../../src/webhooks/left-sessions.ts';

const id = (number: number) => `session_${number}_left` as SessionId;

it('the sessions that have left are remembered until they are back, and only the latest ten thousand', () => {
  const left = new LeftSessions();
  left.add(id(0));
  left.delete(id(0));
  expect(left.has(id(0))).toBe(false);
  for (let number = 0; number < 10_000; number += 1) left.add(id(number));
  left.add(id(0));
  expect([left.has(id(0)), left.has(id(1))]).toEqual([true, true]);
  left.add(id(10_000));
  expect([left.has(id(0)), left.has(id(1)), left.has(id(2)), left.has(id(10_000))]).toEqual([true, false, true, true]);
});
