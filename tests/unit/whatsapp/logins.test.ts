import type { ConnectionEvent } from '../../../src/ports/connection.ts';
import { Logins } from '../../../src/whatsapp/connection/logins.ts';
import { ManualClock } from '../../harness/manual-clock.ts';

const OPEN = {
  kind: 'open',
  identity: { phoneNumber: '5491100000001', whatsappUserId: '5491100000001@s.whatsapp.net' },
} as ConnectionEvent;
const NOTE: ConnectionEvent = { kind: 'note', why: 'something' };

/** Logins, one that waits for their end, and what it saw. */
function waiting() {
  const clock = new ManualClock();
  const logins = new Logins(clock, () => undefined);
  const heard: string[] = [];
  const begin = () => logins.begin(({ kind }) => void heard.push(kind));
  const [first, second] = [begin(), begin()];
  void logins.over(clock).then(() => heard.push('over'));
  return { clock, logins, first, second, heard };
}

it('lets what follows a login wait until no other session logs in', async () => {
  const { clock, first, second, heard } = waiting();

  first(NOTE);
  first(OPEN);
  await clock.advance(0);
  expect(heard).toEqual(['note', 'open']);

  second({ kind: 'closed', reason: { kind: 'lost' }, code: '428' } as unknown as ConnectionEvent);
  await clock.advance(0);
  expect(heard).toEqual(['note', 'open', 'closed', 'over']);
});

it('waits for nobody when no session logs in', async () => {
  const clock = new ManualClock();

  await expect(new Logins(clock, () => undefined).over(clock)).resolves.toBeUndefined();
});

it('does not wait for a login that hangs', async () => {
  const { clock, first, heard } = waiting();

  first(OPEN);
  await clock.advance(5_000);

  expect(heard).toEqual(['open', 'over']);
});

it('waits for half a minute when logins never end', async () => {
  const { clock, logins, heard } = waiting();

  for (let second = 0; second < 29; second += 1) {
    logins.begin(() => undefined);
    await clock.advance(1_000);
  }
  expect(heard).toEqual([]);
  await clock.advance(1_000);

  expect(heard).toEqual(['over']);
});
