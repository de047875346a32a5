import type { Exit, Freeze } from './cluster/cluster-stage.ts';
import type { Login } from './cluster/connection-log.ts';
import { countUnheard, type Seen, sentTwice } from './cluster/sent-twice.ts';

const KILL: Exit = { nodeId: 'a', atMs: 1_500, code: null, wasReady: true, signal: 'SIGKILL' };
const BURIAL: Exit = { ...KILL, code: 70, signal: undefined };
const FREEZE: Freeze = { nodeId: 'a', fromMs: 1_100, toMs: 6_000 };

/** One message in two stanzas, 1 s and 9 s after the start; the line of the first ends at `lineEndsMs`. */
function twice(lineEndsMs: number, exits: Exit[], freezes: Freeze[] = []): Seen {
  const login = (endedMs: number): Login => ({
    ...{ number: '549', key: 'k', beganMs: 0, receivesMs: 0, replaces: undefined },
    endedMs,
  });
  const stanzas = [
    { atMs: 1_000, login: login(lineEndsMs) },
    { atMs: 9_000, login: login(Infinity) },
  ];
  return { connections: { stanzas: new Map([['A1', stanzas]]), askedAgain: new Set() }, exits, freezes };
}

describe('a message in two stanzas', () => {
  it.each<[string, Seen]>([
    ['its process was killed at once', twice(1_510, [KILL])],
    ['its process was buried at once', twice(1_200, [BURIAL])],
    ['its process froze, and was buried when it woke up', twice(3_000, [{ ...BURIAL, atMs: 6_500 }], [FREEZE])],
  ])('is a problem only if it was answered when %s', (_, seen) => {
    expect(sentTwice(seen)).toEqual([]);
    expect(countUnheard(seen)).toBe(1);
    expect(sentTwice(seen, new Map([['A1', 8_999]]))).toEqual([expect.stringContaining('it had been answered')]);
    expect(sentTwice(seen, new Map([['A1', 9_001]]))).toEqual([]);
  });

  it.each<[string, Seen]>([
    ['no process ended', twice(1_500, [])],
    ['its process ended in order', twice(1_500, [{ ...KILL, code: 0, signal: 'SIGTERM' }])],
    ['another process was killed', twice(5_000, [KILL])],
    ['its process was killed afterwards', twice(9_500, [{ ...KILL, atMs: 9_500 }])],
    ['its process had the time to answer', twice(4_000, [{ ...KILL, atMs: 4_000 }])],
    ['another process was frozen', twice(3_000, [{ ...BURIAL, atMs: 6_500 }], [{ ...FREEZE, nodeId: 'b' }])],
  ])('is a problem when %s', (_, seen) => {
    expect(sentTwice(seen)).toEqual([expect.stringContaining('no end of a process explains it')]);
    expect(countUnheard(seen)).toBe(0);
  });

  it('is no problem when its recipient asked for it again', () => {
    const seen = twice(1_500, []);
    expect(sentTwice({ ...seen, connections: { ...seen.connections, askedAgain: new Set(['A1']) } })).toEqual([]);
  });
});
