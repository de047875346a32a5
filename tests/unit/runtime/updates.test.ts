import { Updates } from '../../../src/runtime/updates.ts';
import { startStorage } from '../../contracts/storage/support.ts';
import { logInMemory } from '../../harness/log-in-memory.ts';
import { type Reaction, startTestBackend } from '../../harness/test-backend.ts';
import { untilTrue } from '../../harness/until.ts';

const HOUR_MS = 3_600_000;

/** A server of this version whose operator names a place to ask, which answers so. */
async function asking(reaction: Reaction, running = '4.0.0') {
  const source = await startTestBackend();
  source.answerWith(reaction);
  const db = await startStorage();
  const { log, text } = await logInMemory();
  const start = () => {
    const { clock, storage } = db;
    const updates = new Updates({
      url: `${source.url}/latest?token=hidden`,
      store: storage.settings,
      clock,
      log,
      running,
    });
    updates.start();
    return updates;
  };
  return {
    ...{ source, clock: db.clock, start, text },
    async [Symbol.asyncDispose]() {
      await source[Symbol.asyncDispose]();
      await db[Symbol.asyncDispose]();
    },
  };
}

const said = (version: unknown): Reaction => ({ status: 200, body: JSON.stringify({ name: 'x', version, dist: {} }) });

it('asks once a day for the newest version, also after a restart, and says which is newer', async () => {
  await using world = await asking(said('4.10.0'));
  const { source, clock, start } = world;
  const first = start();
  await untilTrue(() => Promise.resolve(first.newerVersion === '4.10.0'));
  await first[Symbol.asyncDispose]();

  await clock.advance(23 * HOUR_MS);
  await using second = start();
  await untilTrue(() => Promise.resolve(second.newerVersion === '4.10.0'));
  expect(source.received.map(({ path }) => path)).toEqual(['/latest?token=hidden']);
  source.answerWith(said('4.11.0'));
  await clock.advance(24 * HOUR_MS);
  await untilTrue(() => Promise.resolve(second.newerVersion === '4.11.0'));
  expect(source.received).toHaveLength(2);
});

it.each<[string, Reaction, string]>([
  ['the same version', said('4.0.0'), ''],
  ['an older one', said('3.9.9'), ''],
  ['one that is not finished', said('4.0.0-rc.1'), ''],
  ['markup', said('9.9.9<script>'), 'It names no version'],
  ['no JSON', { status: 200, body: '<html>' }, 'It names no version'],
  ['null', { status: 200, body: 'null' }, 'It names no version'],
  ['another status', { status: 302, headers: { location: 'http://127.0.0.1:9/' } }, 'It answered 302'],
  ['too much', { status: 200, body: `{"version":"9.9.9","x":"${'x'.repeat(300_000)}"}` }, 'maxContentLength'],
])('shows nothing for %s, and does not ask again that day', async (_, reaction, why) => {
  await using world = await asking(reaction);
  const { source, start, text, clock } = world;
  await using updates = start();
  await source.next('', { evenRefused: true });
  await untilTrue(() => Promise.resolve(why === '' ? clock.timers.length === 1 : text().includes(why)));
  await using again = start();
  await clock.advance(HOUR_MS);
  expect([updates.newerVersion, again.newerVersion, source.received.length]).toEqual([null, null, 1]);
  expect(text()).not.toMatch(/hidden|script>/);
});

it('gives up on one that does not answer, and ends at once when the process does', async () => {
  await using world = await asking('hang');
  const { source, start, text, clock } = world;
  start();
  await source.next('', { evenRefused: true });
  await clock.advance(10_000);
  await untilTrue(() => Promise.resolve(text().includes('It did not answer in time')));

  await clock.advance(24 * HOUR_MS);
  const ending = start();
  await ending[Symbol.asyncDispose]();
});

it('asks nobody without a place to ask', async () => {
  await using db = await startStorage();
  const { log } = await logInMemory();
  await using updates = new Updates({ url: null, store: db.storage.settings, clock: db.clock, log });
  updates.start();
  expect([updates.newerVersion, db.clock.timers]).toEqual([null, []]);
});
