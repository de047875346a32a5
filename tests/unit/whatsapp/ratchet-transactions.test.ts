import { setImmediate as nextTurn } from 'node:timers/promises';
import type { SignalDataSet, SignalKeyStore } from '@whiskeysockets/baileys';
import type { JournalEntry } from '../../../src/ports/signal.ts';
import { RatchetTransactions } from '../../../src/whatsapp/signal/ratchet-transactions.ts';

const ENTRY = { delivery: 'one' } as JournalEntry;

/** Transactions over keys in memory, and everything that was committed; each commit takes as long as `storing`. */
function startTransactions(refusal?: Error, storing: Promise<undefined> = Promise.resolve(undefined)) {
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
  const transactions = new RatchetTransactions(store, (changes, decrypted) => {
    if (refusal) return Promise.reject(refusal);
    commits.push({ changes, decrypted });
    return storing;
  });
  return { transactions, keys: transactions.keys(), commits, stored };
}

const session = (value: string) => ({ session: { ana: value } }) as unknown as SignalDataSet;

describe('a ratchet step', () => {
  it('commits everything it wrote and decrypted at once', async () => {
    const { transactions, keys, commits, stored } = startTransactions();

    const result = await transactions.run(
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

  it('reads its own writes and removals', async () => {
    const { transactions, keys } = startTransactions();
    await transactions.run(async () => {
      expect(await keys.get('session', ['ana'])).toEqual({ ana: 'old' });
      await keys.set(session('new'));
      expect(await keys.get('session', ['ana', 'bea'])).toEqual({ ana: 'new' });
      await keys.set({ session: { ana: null } });
      expect(await keys.get('session', ['ana'])).toEqual({});
    });
  });

  it('that fails leaves nothing behind', async () => {
    const { transactions, keys, commits } = startTransactions();
    const failing = transactions.run(async () => {
      await keys.set(session('half a step'));
      throw new Error('Bad MAC');
    });

    await expect(failing).rejects.toThrow('Bad MAC');
    expect(commits).toEqual([]);
    expect(await keys.get('session', ['ana'])).toEqual({ ana: 'old' });
  });

  it('that cannot be stored rejects', async () => {
    const { transactions, keys } = startTransactions(new Error('disk full'));
    await expect(transactions.run(async () => keys.set(session('new')))).rejects.toThrow('disk full');
  });

  it('waits for the one before it', async () => {
    const { transactions, keys, commits } = startTransactions();
    const before = Promise.withResolvers<undefined>();
    const first = transactions.run(async () => {
      await before.promise;
      await keys.set(session('first'));
    });
    const second = transactions.run(async () => keys.set(session('second')));
    before.resolve(undefined);
    await Promise.all([first, second]);

    expect(commits.map(({ changes }) => changes.session)).toEqual([{ ana: 'first' }, { ana: 'second' }]);
  });

  it('that writes and decrypts nothing commits nothing', async () => {
    const { transactions, commits } = startTransactions();
    await transactions.run(() => Promise.resolve());
    expect(commits).toEqual([]);
  });
});

describe('steps that run together', () => {
  /** A step that writes under one name what it read under another. */
  const follow = (keys: SignalKeyStore, from: string, to: string) => async (): Promise<unknown> => {
    const { [from]: found } = (await keys.get('session', [from])) as Record<string, unknown>;
    await keys.set({ session: { [to]: `${String(found)}+` } } as unknown as SignalDataSet);
    return found;
  };

  it('share one commit, each on what those before it wrote, before any result is returned', async () => {
    const { transactions, keys, commits } = startTransactions();
    const results = await Promise.all([
      transactions.runTogether(follow(keys, 'ana', 'bea')),
      transactions.runTogether(follow(keys, 'bea', 'carla')).finally(() => expect(commits).toHaveLength(1)),
    ]);

    expect(results).toEqual(['old', 'old+']);
    expect(commits).toEqual([{ changes: { session: { bea: 'old+', carla: 'old++' } }, decrypted: [] }]);
  });

  it('roll back only the one that fails', async () => {
    const { transactions, keys, commits } = startTransactions();
    const failing = transactions.runTogether(async () => {
      await keys.set(session('half a step'));
      throw new Error('No session record');
    });
    const other = transactions.runTogether(follow(keys, 'ana', 'bea'));

    await expect(failing).rejects.toThrow('No session record');
    expect(await other).toBe('old');
    expect(commits.map(({ changes }) => changes)).toEqual([{ session: { bea: 'old+' } }]);
  });

  it('all reject when they cannot be stored, and later ones still run', async () => {
    const { transactions, keys } = startTransactions(new Error('disk full'));
    const both = [
      transactions.runTogether(follow(keys, 'ana', 'bea')),
      transactions.runTogether(follow(keys, 'ana', 'eva')),
    ];

    for (const each of await Promise.allSettled(both)) expect(each).toMatchObject({ status: 'rejected' });
    expect(await keys.get('session', ['bea'])).toEqual({});
    expect(await transactions.runTogether(() => Promise.resolve('later'))).toBe('later');
  });

  it('wait for the step before them, and run before the one after', async () => {
    const { transactions, keys, commits } = startTransactions();
    await Promise.all([
      transactions.run(async () => keys.set(session('first'))),
      transactions.runTogether(async () => keys.set(session('second'))),
      transactions.run(async () => keys.set(session('third'))),
    ]);

    expect(commits.map(({ changes }) => changes.session)).toEqual([
      { ana: 'first' },
      { ana: 'second' },
      { ana: 'third' },
    ]);
  });
});

describe('several steps in one transaction', () => {
  const says = (text: string, work: () => Promise<void>) => ({
    run: async () => {
      await work();
      return text;
    },
    entryOf: (result: string) => ({ delivery: result }) as JournalEntry,
  });

  it('see what those before them wrote, and are committed once, with everything they decrypted', async () => {
    const { transactions, keys, commits } = startTransactions();

    const results = await transactions.runAll([
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

  it('stop at the first that fails, which is rolled back, and commit those before it', async () => {
    const { transactions, keys, commits } = startTransactions();
    const third = says('three', async () => keys.set(session('three')));

    const results = await transactions.runAll([
      says('one', async () => keys.set(session('one'))),
      says('two', async () => {
        await keys.set({ ...session('half a step'), 'pre-key': { 7: null } });
        throw new Error('Bad MAC');
      }),
      third,
    ]);

    expect(results).toEqual(['one']);
    expect(commits).toEqual([{ changes: { session: { ana: 'one' } }, decrypted: [{ delivery: 'one' }] }]);
    expect(await transactions.runAll([third])).toEqual(['three']);
  });

  it('are released at once, like one that decrypts; when they cannot be stored, nothing that follows is', async () => {
    const storing = Promise.withResolvers<undefined>();
    const { transactions, keys, commits } = startTransactions(undefined, storing.promise);
    const failed = new Error('disk full');

    expect(await transactions.runAll([says('one', async () => keys.set(session('one')))])).toEqual(['one']);
    const next = transactions.run(
      async () => keys.set(session('two')),
      () => ENTRY,
    );
    const other = transactions.runTogether(async () => keys.set(session('three')));
    storing.reject(failed);

    for (const each of await Promise.allSettled([next, other])) expect(each).toMatchObject({ reason: failed });
    expect(commits).toHaveLength(1);
  });
});

describe('a step that decrypts', () => {
  const decrypts = (transactions: RatchetTransactions, keys: SignalKeyStore, text: string) =>
    transactions.run(
      async () => {
        await keys.set(session(text));
        return text;
      },
      () => ENTRY,
    );

  it('is released before it is stored, and the next one is committed only after that', async () => {
    const storing = Promise.withResolvers<undefined>();
    const { transactions, keys, commits } = startTransactions(undefined, storing.promise);

    expect(await decrypts(transactions, keys, 'one')).toBe('one');
    const second = decrypts(transactions, keys, 'two');
    await nextTurn();
    expect(commits).toHaveLength(1);

    storing.resolve(undefined);
    expect(await second).toBe('two');
    expect(commits.map(({ changes }) => changes.session)).toEqual([{ ana: 'one' }, { ana: 'two' }]);
  });

  it('holds up no step that changes nothing', async () => {
    const { transactions, keys } = startTransactions(undefined, new Promise(() => undefined));
    await decrypts(transactions, keys, 'one');

    expect(await transactions.run(() => Promise.resolve('read'))).toBe('read');
  });
});

describe('a step that decrypts nothing', () => {
  it.each(['run', 'runTogether'] as const)('waits until it is stored: %s', async (how) => {
    const storing = Promise.withResolvers<undefined>();
    const { transactions, keys } = startTransactions(undefined, storing.promise);
    let isOver = false;

    const step = transactions[how](async () => keys.set(session('new'))).then(() => (isOver = true));
    await nextTurn();
    expect(isOver).toBe(false);

    storing.resolve(undefined);
    await step;
  });
});

describe('a key outside of the ratchets', () => {
  it('is stored at once, even if its step fails', async () => {
    const { transactions, keys, stored } = startTransactions();
    const mapping = { 'lid-mapping': { '5491': '222' } };
    const failing = transactions.run(async () => {
      await keys.set({ ...mapping, ...session('lost') });
      throw new Error('Bad MAC');
    });

    await expect(failing).rejects.toThrow();
    expect(stored).toEqual({ session: { ana: 'old' }, ...mapping });
  });

  it('is stored at once between transactions, like any key', async () => {
    const { keys, stored } = startTransactions();
    await keys.set(session('between'));
    expect(stored.session).toEqual({ ana: 'between' });
  });
});
