import { EventEmitter } from 'node:events';
import type { WASocket } from '@whiskeysockets/baileys';
import { limitQueries } from '../../../src/whatsapp/baileys/query-deadlines.ts';
import { ManualClock } from '../../harness/manual-clock.ts';

/** A socket's emitter, and queries on it as Baileys makes them: it listens to the answer, and stops when it has come. */
function queries() {
  const clock = new ManualClock();
  const set: number[] = [];
  const after = clock.after.bind(clock);
  clock.after = (delayMs, task) => {
    set.push(delayMs);
    return after(delayMs, task);
  };
  const ws = new EventEmitter();
  limitQueries({ ws } as unknown as WASocket, clock);
  const outcomes: string[] = [];
  const ask = (id: string): void => {
    const answered = (answer?: unknown): void => {
      outcomes.push(`${id}: ${String(answer)}`);
      ws.off(`TAG:${id}`, answered);
    };
    ws.on(`TAG:${id}`, answered);
  };
  return { clock, set, ws, outcomes, ask };
}

it('ends each query that is not answered half a minute after it began, as if its answer were nothing', async () => {
  const { clock, ws, outcomes, ask } = queries();

  ask('a');
  await clock.advance(10_000);
  ask('b');
  ask('c');
  ws.emit('TAG:b', 'an answer');
  await clock.advance(19_999);
  expect(outcomes).toEqual(['b: an answer']);

  await clock.advance(1);
  expect(outcomes).toEqual(['b: an answer', 'a: undefined']);

  await clock.advance(10_000);
  expect(outcomes).toEqual(['b: an answer', 'a: undefined', 'c: undefined']);
  expect(ws.eventNames()).toEqual([]);
});

it('needs one timer for many queries, and none when all are answered', async () => {
  const { clock, set, ws, outcomes, ask } = queries();

  for (let id = 0; id < 100; id += 1) ask(`q${id}`);
  expect(set).toEqual([30_000]);

  for (let id = 0; id < 100; id += 1) ws.emit(`TAG:q${id}`, 'an answer');
  expect(clock.timers).toEqual([]);
  await clock.advance(3_600_000);
  expect(set).toEqual([30_000]);
  expect(outcomes).toHaveLength(100);
});

it('leaves other events alone', () => {
  const { clock, ws } = queries();

  ws.on('CB:message', () => undefined);

  expect(clock.timers).toEqual([]);
});
