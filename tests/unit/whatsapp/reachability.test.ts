import type { CloseReason } from '../../../src/domain/close-reason.ts';
import type { ConnectionEvent } from '../../../src/ports/connection.ts';
import { Reachability } from '../../../src/whatsapp/connection/reachability.ts';
import { ManualClock } from '../../harness/manual-clock.ts';

const closed = (reason: CloseReason): ConnectionEvent => ({ kind: 'closed', reason, code: 'none' });
const REFUSED = closed({ kind: 'connection-lost', detail: '…', unreachable: 'refused' });
const SILENT = closed({ kind: 'connection-lost', detail: '…', unreachable: 'timeout' });
const OPEN = { kind: 'open' } as ConnectionEvent;

async function problemAfter(events: ConnectionEvent[], laterMs = 0): Promise<string | null> {
  const clock = new ManualClock();
  const reachability = new Reachability(clock);
  const passed: ConnectionEvent[] = [];
  for (const event of events) reachability.watch((each) => passed.push(each))(event);
  expect(passed).toEqual(events);
  await clock.advance(laterMs);
  return reachability.problem;
}

it.each<[string, ConnectionEvent[], RegExp | null]>([
  ['nothing was tried', [], null],
  ['one failure, which may be a blip', [REFUSED], null],
  ['two in a row, of any sessions', [REFUSED, REFUSED], /^WhatsApp cannot be reached: the connection is refused\./],
  ['a time-out, which took long', [SILENT], /does not answer in time/],
  ['something was reached since', [REFUSED, REFUSED, OPEN], null],
  ['something was reached between', [REFUSED, OPEN, REFUSED], null],
  ['WhatsApp itself closed connections', [closed({ kind: 'logged-out' }), closed({ kind: 'unavailable' })], null],
])('says whether WhatsApp can be reached: %s', async (_, events, problem) => {
  const said = await problemAfter(events);
  if (problem) expect(said).toMatch(problem);
  else expect(said).toBeNull();
});

it('forgets a failure after which nothing was tried any more', async () => {
  expect(await problemAfter([SILENT], 15 * 60_000)).not.toBeNull();
  expect(await problemAfter([SILENT], 15 * 60_000 + 1)).toBeNull();
});
