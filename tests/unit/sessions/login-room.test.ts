import { Semaphore } from '../../../src/kit/semaphore.ts';
import { loginRoom, MAX_LOGINS } from '../../../src/sessions/login-room.ts';
import { ManualClock } from '../../harness/manual-clock.ts';

it('is there for as many sessions as log in at once and few that wait, and again when one has logged in', async () => {
  const clock = new ManualClock();
  const logins = new Semaphore(MAX_LOGINS);
  const all = await loginRoom(logins, 0, clock);
  expect(all).toBeGreaterThan(MAX_LOGINS);

  const places = Array.from({ length: all }, () => logins.take());
  expect(await loginRoom(logins, 0, clock)).toBe(0);
  const late = loginRoom(logins, 2_000, clock);
  await clock.advance(2_000);
  expect(await late).toBe(0);

  const soon = loginRoom(logins, 2_000, clock);
  const [first] = await Promise.all(places.slice(0, MAX_LOGINS));
  first!();
  expect(await soon).toBe(1);
});
