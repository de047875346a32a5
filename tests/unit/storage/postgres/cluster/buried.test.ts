import { LocalLease } from '../../../../../src/cluster/lease.ts';
import { SessionLostError, StorageUnavailableError } from '../../../../../src/domain/errors.ts';
import { ANA, BEA, record, statusUpdate } from '../../../../contracts/storage/support.ts';
import { ManualClock } from '../../../../harness/manual-clock.ts';
import { emptyPostgresUrl, newPostgresUrl } from '../../../../harness/shared-postgres.ts';
import { untilTrue } from '../../../../harness/until.ts';
import { described, execute, joined, type TestNode } from './nodes.ts';

const LEASE_MS = 10_000;
const LIMITS = { maxSessions: 0, maxPendingSessions: 9 };
const NOTE = { atMs: 1, what: 'created', why: null } as const;

/** Notes of each key that is stored who owned its session then, in the same transaction. */
const NOTES = `
  CREATE TABLE stored_under (id text, incarnation uuid, epoch bigint);
  CREATE FUNCTION note_owner() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    INSERT INTO stored_under SELECT NEW.id, incarnation, epoch FROM ownership WHERE session_id = NEW.session_id;
    RETURN NEW;
  END $$;
  CREATE TRIGGER noted AFTER INSERT OR UPDATE ON signal_keys FOR EACH ROW EXECUTE FUNCTION note_owner();
`;

/** Two nodes of one database; the first one has a session. */
async function twoNodes(url: string) {
  const clock = new ManualClock();
  const lease = new LocalLease(LEASE_MS, clock);
  lease.renew(clock.monotonic());
  const first = await joined(url, described('a'), { lease });
  const second = await joined(url, described('b'));
  await first.storage.sessions.create(record(ANA), NOTE, LIMITS);
  const dispose = async () => {
    await first[Symbol.asyncDispose]();
    await second[Symbol.asyncDispose]();
  };
  return { url, clock, first, second, [Symbol.asyncDispose]: dispose };
}

/** Stores a value under this id. Resolves with what the caller hears. */
function store({ storage }: TestNode, id: string): Promise<{ id: string; answer: 'stored' | 'refused' }> {
  return storage.signalKeys.set(ANA, [{ type: 'session', id, value: id }]).then(
    () => ({ id, answer: 'stored' }),
    (error: unknown) => {
      const isNamed = error instanceof SessionLostError || error instanceof StorageUnavailableError;
      if (!isNamed) throw error;
      return { id, answer: 'refused' };
    },
  );
}

describe('what a buried node answers', () => {
  it('is stored under its own fence, or refused, however the burial falls among its writes', async () => {
    await using nodes = await twoNodes(await newPostgresUrl());
    const { url, first, second } = nodes;
    await execute(url, NOTES);
    const answers: ReturnType<typeof store>[] = [];
    const { storage } = second;
    // One write follows another, and the next but one is on its way: some are under way at the burial, at the claim, and after it.
    const writing = (async () => {
      for (let at = 0; at < 5_000; at += 1) {
        answers.push(store(first, `${at}`));
        const answer = await answers.at(-3);
        if (answer?.answer === 'refused') return;
      }
    })();

    await untilTrue(() => Promise.resolve(answers.length > 20));
    await storage.membership.bury(first.node, 0);
    await untilTrue(async () => (await storage.ownership.claim(1)).includes(ANA));
    await store(second, 'of the next owner');
    await writing;
    const told = await Promise.all(answers);

    const noted = await execute(url, 'SELECT id, incarnation, epoch FROM stored_under');
    const byA = noted.filter(({ incarnation }) => incarnation === first.node.incarnation);
    const stored = told.filter(({ answer }) => answer === 'stored').map(({ id }) => id);
    expect(stored.length).toBeGreaterThan(0);
    expect(told.at(-1)).toMatchObject({ answer: 'refused' });
    expect(stored.filter((id) => !byA.some((row) => row.id === id))).toEqual([]);
    // What is stored under the next epoch is the next owner's alone.
    expect(noted.filter((row) => !byA.includes(row))).toEqual([
      { id: 'of the next owner', incarnation: second.node.incarnation, epoch: 2 },
    ]);
  });

  it('is refused from the moment at which it may not act, though nobody has buried it yet', async () => {
    await using nodes = await twoNodes(await emptyPostgresUrl());
    const { url, clock, first } = nodes;
    expect(await store(first, 'in time')).toMatchObject({ answer: 'stored' });

    await clock.advance(0.8 * LEASE_MS);

    expect(await store(first, 'late')).toMatchObject({ answer: 'refused' });
    expect((await execute(url, 'SELECT id FROM signal_keys')).map(({ id }) => id)).toEqual(['in time']);
  });

  it('is that it owns nothing, once it knows: it takes nothing, creates nothing, and writes nothing', async () => {
    await using nodes = await twoNodes(await emptyPostgresUrl());
    const { url, first, second } = nodes;
    const { storage } = first;
    const lost: unknown[] = [];
    storage.ownership.onLost((ids) => lost.push(ids));
    await second.storage.membership.bury(first.node, 0);
    // Its connections were ended with it.
    const beat = () => storage.membership.beat({ owned: 1, online: 1 });
    await untilTrue(() =>
      beat().then(
        (versions) => versions === undefined,
        () => false,
      ),
    );

    storage.ownership.end();

    expect([...storage.ownership.owned]).toEqual([]);
    await expect(storage.sessions.commit(record(ANA), [statusUpdate(ANA, 'x')])).rejects.toThrow(SessionLostError);
    await expect(storage.sessions.create(record(BEA), NOTE, LIMITS)).rejects.toThrow(SessionLostError);
    expect(await storage.ownership.claim(9)).toEqual([]);
    expect(await storage.ownership.take(ANA)).toBe(false);
    // It tells nobody of a loss: whoever ended it knows.
    expect(lost).toEqual([]);
    expect(await execute(url, 'SELECT webhook_id FROM callbacks')).toEqual([]);
  });

  it('is that a session is lost which it created while it was buried: the next owner has it', async () => {
    await using nodes = await twoNodes(await emptyPostgresUrl());
    const { first, second } = nodes;
    const creating = first.storage.sessions.create(record(BEA), NOTE, LIMITS);
    // Before the answer comes, it has heard of its burial.
    first.storage.ownership.end();

    await expect(creating).rejects.toThrow(SessionLostError);

    expect([...first.storage.ownership.owned]).toEqual([]);
    await second.storage.membership.bury(first.node, 0);
    const { ownership } = second.storage;
    await untilTrue(async () => {
      await ownership.claim(9);
      return ownership.owned.has(ANA) && ownership.owned.has(BEA);
    });
  });
});
