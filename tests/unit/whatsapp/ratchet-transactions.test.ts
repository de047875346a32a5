import { type SignalDataSet, type SignalKeyStore } from '@whiskeysockets/baileys';
import { type JournalEntry } from '../../../src/ports/signal.ts';
import { RatchetTransactions } from '../../../src/whatsapp/signal/ratchet-transactions.ts';

const ENTRY = { delivery: 'one' } as JournalEntry;

/** Steps over keys in memory, with everything that was committed. */
function startSteps(refusal?: Error) {
  const stored: Record<string, Record<string, unknown>> = { session: { ana: 'old' } };
  const commits: { changes: SignalDataSet; decrypted: readonly JournalEntry[] }[] = [];
  const store = {
    get: (type: string, ids: string[]) =>
      Promise.resolve(Object.fromEntries(ids.flatMap((id) => (stored[type]?.[id] ? [[id, stored[type][id]]] : [])))),
    set: (data: Record<string, Record<string, unknown>>) => {
      for (const [type, values] of Object.entries(data)) Object.assign((stored[type] ??= {}), values);
      return Promise.resolve();
    },
  } as unknown as SignalKeyStore;
  const steps = new RatchetTransactions(store, (changes, decrypted) => {
    if (refusal) return Promise.reject(refusal);
    commits.push({ changes, decrypted });
    return Promise.resolve();
  });
  return { steps, keys: steps.keys(), commits, stored };
}

const session = (value: string) => ({ session: { ana: value } }) as unknown as SignalDataSet;

describe('a step of a ratchet', () => {
  it('commits all that it wrote, and what it decrypted, at once and before its result is known', async () => {
    const { steps, keys, commits, stored } = startSteps();

    const result = await steps.take(
      async () => {
        await keys.set(session('new'));
        await keys.set({ 'pre-key': { 7: null } });
        expect(commits).toEqual([]);
        return 'hola';
      },
      () => ENTRY,
    );

    expect(result).toBe('hola');
    expect(commits).toEqual([{ changes: { session: { ana: 'new' }, 'pre-key': { 7: null } }, decrypted: [ENTRY] }]);
    expect(stored.session).toEqual({ ana: 'old' });
  });

  it('reads what it has written itself, and what it removed is gone', async () => {
    const { steps, keys } = startSteps();
    await steps.take(async () => {
      expect(await keys.get('session', ['ana'])).toEqual({ ana: 'old' });
      await keys.set(session('new'));
      expect(await keys.get('session', ['ana', 'bea'])).toEqual({ ana: 'new' });
      await keys.set({ session: { ana: null } });
      expect(await keys.get('session', ['ana'])).toEqual({});
    });
  });

  it('that fails leaves nothing behind', async () => {
    const { steps, keys, commits } = startSteps();
    const failing = steps.take(async () => {
      await keys.set(session('half a step'));
      throw new Error('Bad MAC');
    });

    await expect(failing).rejects.toThrow('Bad MAC');
    expect(commits).toEqual([]);
    expect(await keys.get('session', ['ana'])).toEqual({ ana: 'old' });
  });

  it('that cannot be stored has no result', async () => {
    const { steps, keys } = startSteps(new Error('disk full'));
    await expect(steps.take(async () => keys.set(session('new')))).rejects.toThrow('disk full');
  });

  it('waits for the one before it', async () => {
    const { steps, keys, commits } = startSteps();
    const before = Promise.withResolvers<undefined>();
    const first = steps.take(async () => {
      await before.promise;
      await keys.set(session('first'));
    });
    const second = steps.take(async () => keys.set(session('second')));
    before.resolve(undefined);
    await Promise.all([first, second]);

    expect(commits.map(({ changes }) => changes.session)).toEqual([{ ana: 'first' }, { ana: 'second' }]);
  });

  it('that writes and decrypts nothing commits nothing', async () => {
    const { steps, commits } = startSteps();
    await steps.take(() => Promise.resolve());
    expect(commits).toEqual([]);
  });
});

describe('steps that are taken together', () => {
  /** A step that writes for one person what it read of another. */
  const follow = (keys: SignalKeyStore, from: string, to: string) => async (): Promise<unknown> => {
    const { [from]: found } = (await keys.get('session', [from])) as Record<string, unknown>;
    await keys.set({ session: { [to]: `${String(found)}+` } } as unknown as SignalDataSet);
    return found;
  };

  it('are one commit, each on what those before it wrote, and no result is known before', async () => {
    const { steps, keys, commits } = startSteps();
    const results = await Promise.all([
      steps.takeTogether(follow(keys, 'ana', 'bea')),
      steps.takeTogether(follow(keys, 'bea', 'carla')).finally(() => expect(commits).toHaveLength(1)),
    ]);

    expect(results).toEqual(['old', 'old+']);
    expect(commits).toEqual([{ changes: { session: { bea: 'old+', carla: 'old++' } }, decrypted: [] }]);
  });

  it('leave out what one wrote that fails, and only it', async () => {
    const { steps, keys, commits } = startSteps();
    const failing = steps.takeTogether(async () => {
      await keys.set(session('half a step'));
      throw new Error('No session record');
    });
    const other = steps.takeTogether(follow(keys, 'ana', 'bea'));

    await expect(failing).rejects.toThrow('No session record');
    expect(await other).toBe('old');
    expect(commits.map(({ changes }) => changes)).toEqual([{ session: { bea: 'old+' } }]);
  });

  it('have no result when they cannot be stored, and those that come later are taken', async () => {
    const { steps, keys } = startSteps(new Error('disk full'));
    const both = [steps.takeTogether(follow(keys, 'ana', 'bea')), steps.takeTogether(follow(keys, 'ana', 'eva'))];

    for (const each of await Promise.allSettled(both)) expect(each).toMatchObject({ status: 'rejected' });
    expect(await keys.get('session', ['bea'])).toEqual({});
    expect(await steps.takeTogether(() => Promise.resolve('later'))).toBe('later');
  });

  it('wait for the step before them, and hold up the one after', async () => {
    const { steps, keys, commits } = startSteps();
    await Promise.all([
      steps.take(async () => keys.set(session('first'))),
      steps.takeTogether(async () => keys.set(session('second'))),
      steps.take(async () => keys.set(session('third'))),
    ]);

    expect(commits.map(({ changes }) => changes.session)).toEqual([
      { ana: 'first' },
      { ana: 'second' },
      { ana: 'third' },
    ]);
  });
});

describe('several steps that are taken as one', () => {
  const says = (text: string, take: () => Promise<void>) => ({
    take: async () => {
      await take();
      return text;
    },
    entryOf: (result: string) => ({ delivery: result }) as JournalEntry,
  });

  it('see what those before them wrote, and are committed once, with all that they decrypted', async () => {
    const { steps, keys, commits } = startSteps();

    const results = await steps.takeAll([
      says('one', async () => keys.set(session('one'))),
      says('two', async () => {
        expect(await keys.get('session', ['ana'])).toEqual({ ana: 'one' });
        await keys.set(session('two'));
      }),
    ]);

    expect(results).toEqual(['one', 'two']);
    expect(commits).toEqual([
      { changes: { session: { ana: 'two' } }, decrypted: [{ delivery: 'one' }, { delivery: 'two' }] },
    ]);
  });

  it('end at the first that fails, of which nothing is kept, and keep those before it', async () => {
    const { steps, keys, commits } = startSteps();
    const third = says('three', async () => keys.set(session('three')));

    const results = await steps.takeAll([
      says('one', async () => keys.set(session('one'))),
      says('two', async () => {
        await keys.set({ ...session('half a step'), 'pre-key': { 7: null } });
        throw new Error('Bad MAC');
      }),
      third,
    ]);

    expect(results).toEqual(['one']);
    expect(commits).toEqual([{ changes: { session: { ana: 'one' } }, decrypted: [{ delivery: 'one' }] }]);
    expect(await steps.takeAll([third])).toEqual(['three']);
  });

  it('have no results when they cannot be stored', async () => {
    const { steps, keys } = startSteps(new Error('disk full'));
    await expect(steps.takeAll([says('one', async () => keys.set(session('new')))])).rejects.toThrow('disk full');
  });
});

describe('what is no part of a ratchet', () => {
  it('is stored at once, though a step fails at the same time', async () => {
    const { steps, keys, stored } = startSteps();
    const mapping = { 'lid-mapping': { '5491': '222' } };
    const failing = steps.take(async () => {
      await keys.set({ ...mapping, ...session('lost') });
      throw new Error('Bad MAC');
    });

    await expect(failing).rejects.toThrow();
    expect(stored).toEqual({ session: { ana: 'old' }, ...mapping });
  });

  it('is stored at once between the steps, like everything else', async () => {
    const { keys, stored } = startSteps();
    await keys.set(session('between'));
    expect(stored.session).toEqual({ ana: 'between' });
  });
});
