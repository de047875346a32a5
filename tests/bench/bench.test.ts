import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import type { Bench } from '../../bench/bench.ts';
import { CommandLineError, help, readCommandLine } from '../../bench/command-line.ts';
import type { Report } from '../../bench/report.ts';
import { compare, comparisonTable, type Pair } from '../../bench/against/comparison.ts';
import { installAll } from '../../bench/gateway/install.ts';
import { loadAdapters } from '../../bench/gateway/load-adapters.ts';
import { judge } from '../../bench/gateway/verdict.ts';
import { differences, median, medianInterval, percentile, ratios, slope } from '../../bench/statistics.ts';
import { isReached, table } from '../../bench/table.ts';

const MAIN = fileURLToPath(new URL('../../bench/main.ts', import.meta.url));

const ONE: Bench = {
  name: 'one',
  measures: 'how long one takes',
  sizes: { full: { messages: 1_000, warmUp: 100 }, quick: { messages: 10, warmUp: 1 } },
  run: () => Promise.reject(new Error('never run')),
};
const OTHER: Bench = { ...ONE, name: 'other', sizes: { full: { sessions: 300 }, quick: { sessions: 3 } } };
const ALL = [ONE, OTHER];
const ADAPTERS = fileURLToPath(new URL('../../bench/adapters/', import.meta.url));

describe('the statistics', () => {
  it('compute medians and interpolated percentiles', () => {
    expect(median([3, 1, 2])).toBe(2);
    expect(median([4, 1, 2, 3])).toBe(2.5);
    expect(percentile([10, 20, 30, 40, 50], 0)).toBe(10);
    expect(percentile([10, 20, 30, 40, 50], 95)).toBeCloseTo(48);
    expect(() => median([])).toThrow(RangeError);
  });

  it('compute the slope of the least-squares fit', () => {
    const points = [
      [0, 5],
      [10, 25],
      [20, 45],
    ] as const;
    expect(slope(points)).toBe(2);
    expect(slope([...points, [10, 31]])).toBe(2);
    expect(() => slope([[1, 1]])).toThrow(RangeError);
  });

  it('compare values pairwise', () => {
    expect(ratios([3, 8], [2, 4])).toEqual([1.5, 2]);
    expect(differences([3, 8], [2, 4])).toEqual([1, 4]);
    expect(() => ratios([1], [1, 2])).toThrow(RangeError);
  });
});

describe('the comparison of two checkouts', () => {
  const ofOne = (value: number, unit = 'ms') => [{ bench: 'one', figures: [{ name: 'cost', unit, values: [value] }] }];
  const pairs = (changes: number[], unit?: string): Pair[] =>
    changes.map((change, at) => ({ before: ofOne(10 + at, unit), now: ofOne((10 + at) * change, unit) }));

  it('says how certain the median is by the order of the values alone', () => {
    expect(medianInterval([5, 1, 4, 2, 3])).toBeUndefined();
    expect(medianInterval([6, 1, 5, 2, 4, 3])).toEqual([1, 6]);
    expect(medianInterval([9, 8, 7, 6, 5, 4, 3, 2, 1])).toEqual([2, 8]);
  });

  it('calls a figure changed when no pair doubts it, and better or worse by its unit', () => {
    const verdict = (...args: Parameters<typeof pairs>) => compare(pairs(...args)).map((it) => it.verdict);
    expect(verdict([1.1, 1.2, 1.3, 1.1, 1.2, 1.3])).toEqual(['worse']);
    expect(verdict([1.1, 1.2, 1.3, 1.1, 1.2, 1.3], '/s')).toEqual(['better']);
    expect(verdict([0.9, 0.8, 0.9, 0.9, 0.9, 0.9])).toEqual(['better']);
    expect(verdict([1.1, 1.2, 1.3, 1.1, 1.2, 0.9])).toEqual(['same']);
    expect(verdict([1.5, 1.5])).toEqual(['unknown']);
  });

  it('compares what both have, and shows the change', () => {
    const [pair] = pairs([1.2]);
    const also = { bench: 'new', figures: [{ name: 'x', unit: 'ms', values: [1] }] };
    expect(
      comparisonTable(compare([{ ...pair!, now: [...pair!.now, also] }]))
        .split('\n')
        .slice(2),
    ).toEqual(['| one | cost | 10.0 ms | 12.0 ms | +20.0 % |              | too few pairs |']);
  });

  it('refuses a commit that does not exist', async () => {
    const child = spawn(process.execPath, [MAIN, 'outbound', '--quick', '--against', 'no-such-commit'], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const [complaint, [code]] = await Promise.all([text(child.stderr), once(child, 'close')]);
    expect([code, complaint]).toEqual([2, 'There is no commit "no-such-commit" in this repository.\n']);
  });
});

describe('the verdict on a gateway', () => {
  const size = { text: 'a', count: 4, accounts: 2 };

  it('counts what never arrived, what came twice, and what came after a later text of its account', () => {
    expect(judge(['a 0', 'a 1', 'a 2', 'a 3'], size)).toEqual({ lost: 0, repeated: 0, disordered: 0 });
    expect(judge(['a 1', 'a 0', 'a 3', 'a 2'], size)).toEqual({ lost: 0, repeated: 0, disordered: 0 });
    expect(judge(['a 2', 'a 0', 'a 0', 'a 0', 'a 3'], size)).toEqual({ lost: 25, repeated: 25, disordered: 25 });
    expect(judge(['b 0', 'aa 1'], size)).toEqual({ lost: 100, repeated: 0, disordered: 0 });
  });
});

describe('the adapters', () => {
  const GATEWAY = { ...ONE, name: 'gateway' };
  const wants = { dependencies: { nothing: '1.0.0' } };

  it('are our own two by default, or those of the command line', async () => {
    expect((await loadAdapters([])).map(({ name }) => name)).toEqual(['orchestrator', 'express-baileys']);
    expect(readCommandLine(['--adapter', 'x.ts', '--install', '/y'], [GATEWAY])).toMatchObject({
      options: { adapters: ['x.ts'], install: '/y' },
    });
  });

  it.each([
    ['--against', '--against takes no adapters'],
    ['--profiles', '--profiles are of our own processes'],
  ])('do not go with %s', (option, sentence) => {
    expect(() => readCommandLine(['--adapter', 'x.ts', option, 'x'], [GATEWAY])).toThrow(sentence);
  });

  it.each([
    [['no-such-file.ts'], '--adapter must be a file, but there is no "no-such-file.ts".'],
    [[fileURLToPath(import.meta.resolve('../../bench/table.ts'))], 'does not export an "adapter"'],
    [Array.from({ length: 2 }, () => join(ADAPTERS, 'orchestrator.ts')), 'Two adapters have the name "orchestrator".'],
  ])('are refused with one sentence: %j', async (files, sentence) => {
    await expect(loadAdapters(files)).rejects.toThrow(sentence);
    await expect(loadAdapters(files)).rejects.toThrow(CommandLineError);
  });

  it('get their packages nowhere but in a folder outside of the project', async () => {
    const adapters = (await loadAdapters([])).map((adapter) => ({ ...adapter, manifest: wants }));
    await expect(installAll(adapters, undefined)).rejects.toThrow('name a folder for them by --install.');
    await expect(installAll(adapters, ADAPTERS)).rejects.toThrow('--install must be a folder outside of this project');
    await expect(installAll(adapters, ADAPTERS)).rejects.toThrow(CommandLineError);
  });

  it('drive a gateway that knows nothing of the bench, which measures it and tells what it loses', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'bench-test-'));
    const json = join(folder, 'report.json');
    const size = { sessions: 1, messages: 4, warmUp: 2, sent: 2, texts: 8, perSecond: 20, kills: 1 };
    const seconds = { seconds: 1, idleSeconds: 1, downSeconds: 1, patienceSeconds: 1 };
    const sizes = Object.entries({ ...size, ...seconds }).flatMap(([name, value]) => ['--set', `${name}=${value}`]);
    const adapter = join(ADAPTERS, 'express-baileys.ts');
    const args = [
      'gateway',
      '--quick',
      '--runs',
      '1',
      ...sizes,
      '--adapter',
      adapter,
      '--folder',
      folder,
      '--json',
      json,
    ];
    const child = spawn(process.execPath, [MAIN, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [output, [code]] = await Promise.all([text(child.stdout), once(child, 'close')]);

    const { benches } = JSON.parse(await readFile(json, 'utf8')) as Report;
    expect(await readdir(folder)).toEqual(['report.json']);
    await rm(folder, { recursive: true });
    expect(code).toBe(0);
    expect(output).toContain('| CPU per received text, express-baileys 7.');
    const figures = benches.flatMap((bench) => bench.figures);
    const valueOf = (name: string) => figures.find((figure) => figure.name.startsWith(name))?.values[0];
    for (const name of ['wire to webhook, p50', 'answer to', 'killed, until', 'memory'])
      expect([name, valueOf(name)! > 0]).toEqual([name, true]);
    // It posts each text once, and nobody was there. How much a kill costs depends on the machine.
    expect(valueOf('receiver was down: lost')).toBe(100);
    expect(valueOf('gateway was killed: lost')).toBeDefined();
  });
});

describe('the table', () => {
  const cost = { name: 'cost', unit: 'ms', values: [1, 3, 2] };

  it('compares the median to the bound', () => {
    expect(isReached(cost)).toBeUndefined();
    expect(isReached({ ...cost, bound: { atMost: 2 } })).toBe(true);
    expect(isReached({ ...cost, bound: { atMost: 1.9 } })).toBe(false);
    expect(isReached({ ...cost, bound: { atLeast: 2.1 } })).toBe(false);
  });

  it('has a row for each figure', () => {
    const figures = [cost, { name: 'rate', unit: '/s', values: [512.4], bound: { atLeast: 600 } }];
    expect(table(figures).split('\n')).toEqual([
      '|      |  median |    from |      to | must reach |     |',
      '| ---- | ------: | ------: | ------: | ---------- | --- |',
      '| cost | 2.00 ms | 1.00 ms | 3.00 ms |            |     |',
      '| rate |  512 /s |  512 /s |  512 /s | ≥ 600 /s   | NO  |',
    ]);
  });
});

describe('npm run bench', () => {
  const parse = (...args: string[]) => {
    const command = readCommandLine(args, ALL);
    return command.name === 'run' ? command.options : undefined;
  };

  it('runs every bench in full size, five times, by default', () => {
    expect(parse()).toMatchObject({ benches: ALL, size: 'full', runs: 5, overrides: {} });
  });

  it('applies the benches and options of the command line', () => {
    expect(parse('one', '--quick', '--runs', '7', '--set', 'messages=40', '--json', 'x.json')).toMatchObject({
      ...{ benches: [ONE], size: 'quick', runs: 7, overrides: { messages: 40 }, json: 'x.json' },
    });
  });

  it('explains its benches and options', () => {
    expect(readCommandLine(['--help'], ALL)).toEqual({ name: 'help' });
    expect(help(ALL)).toContain('how long one takes');
  });

  it.each([
    [['nonsense'], 'Unknown bench "nonsense"; choose from one, other.'],
    [['--runs', '0'], '--runs must be a whole number from 1 to 100, not "0".'],
    [['--runs', '1e1'], '--runs must be a whole number from 1 to 100, not "1e1".'],
    [['one', '--set', 'mesages=4'], 'The bench "one" has no "mesages"; choose from messages, warmUp.'],
    [['one', '--set', 'messages='], '--set messages must be a whole number from 1'],
    [['--set', 'messages=4'], 'The bench "other" has no "messages"; choose from sessions.'],
    [['--against', 'main', '--profiles', 'x'], '--against takes no profiles'],
    [['one', '--adapter', 'x.ts'], '--adapter is for the bench "gateway", which is not among those to run.'],
    [['--nonsense'], "Unknown option '--nonsense'. See --help."],
  ])('rejects %j with one sentence', (args, sentence) => {
    expect(() => readCommandLine(args, ALL)).toThrow(CommandLineError);
    expect(() => readCommandLine(args, ALL)).toThrow(sentence);
  });

  it('measures both contestants on the simulator, reports a table and JSON, and leaves nothing behind', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'bench-test-'));
    const json = join(folder, 'report.json');
    const args = ['outbound', '--quick', '--runs', '2', '--set', 'messages=5', '--set', 'warmUp=1'];
    const child = spawn(process.execPath, [MAIN, ...args, '--folder', folder, '--json', json], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [output, [code]] = await Promise.all([text(child.stdout), once(child, 'close')]);

    const { benches, machine, versions } = JSON.parse(await readFile(json, 'utf8')) as Report;
    expect(await readdir(folder)).toEqual(['report.json']);
    await rm(folder, { recursive: true });
    expect(code).toBe(0);
    expect(output).toContain('| CPU, orchestrator to bare');
    expect(machine.cores).toBeGreaterThan(0);
    expect(versions).toMatchObject({ node: process.versions.node, baileys: expect.stringMatching(/^7\./) as string });
    expect(benches).toMatchObject([{ name: 'outbound', size: { messages: 5, warmUp: 1 }, runs: 2 }]);
    const [times] = benches.flatMap(({ figures }) => figures.filter(({ name }) => name.includes('p50, bare')));
    expect(times?.values).toHaveLength(2);
    expect(times?.values.every((value) => value > 0)).toBe(true);
  });
});
