import { OwnershipDirectory } from '../../../src/cluster/session-directory.ts';
import type { SessionId } from '../../../src/domain/session-id.ts';
import type { OwnershipEntry } from '../../../src/ports/ownership.ts';
import { HandClock } from '../../api/hand-clock.ts';
import { id } from '../../api/support.ts';

const SESSION = id('session_1705312200999_remote001');
const ownerAt = (nodeId: string, incarnation: string) => ({ nodeId, incarnation, url: `http://${nodeId}:3001` });
const ownedBy = (nodeId: string, incarnation = 'first'): OwnershipEntry => ({ owner: ownerAt(nodeId, incarnation) });
const UNOWNED: OwnershipEntry = { owner: null };
const at = (nodeId: string, incarnation = 'first') => ({ kind: 'other-node', ...ownerAt(nodeId, incarnation) });
const HERE = { kind: 'this-node' };

/** The directory of node-1 over a table in memory. */
function start(entry: OwnershipEntry | undefined) {
  const clock = new HandClock(1_000);
  const owned = new Set<SessionId>();
  const table = { entry, looks: 0, change: (): void => undefined };
  const ownership = {
    owned,
    onChange: (listener: () => void) => void (table.change = listener),
    ownerOf: () => {
      table.looks += 1;
      return Promise.resolve(table.entry);
    },
  };
  const directory = new OwnershipDirectory({ ownership, nodeId: 'node-1', clock });
  return { directory, clock, owned, table };
}

/** Lets everything happen that needs no time. */
const settle = () => new Promise((resolve) => setImmediate(resolve));

describe('the owner of a session', () => {
  it('is this node while it owns it, without a look into the database', async () => {
    const { directory, owned, table } = start(ownedBy('node-2'));
    owned.add(SESSION);
    expect(await directory.ownerOf(SESSION)).toEqual(HERE);
    expect([directory.owns(SESSION), table.looks]).toEqual([true, 0]);
  });

  it('is looked up once a second, however many ask', async () => {
    const { directory, clock, table } = start(ownedBy('node-2'));
    const asked = await Promise.all([directory.ownerOf(SESSION), directory.ownerOf(SESSION)]);
    expect([...asked, await directory.ownerOf(SESSION)]).toEqual([at('node-2'), at('node-2'), at('node-2')]);
    expect(table.looks).toBe(1);
    table.entry = ownedBy('node-3');
    clock.move(1_000);
    expect(await directory.ownerOf(SESSION)).toEqual(at('node-3'));
  });

  it('is looked up anew once it is forgotten', async () => {
    const { directory, table } = start(ownedBy('node-2'));
    await directory.ownerOf(SESSION);
    table.entry = ownedBy('node-3');
    directory.forget(SESSION);
    expect(await directory.ownerOf(SESSION)).toEqual(at('node-3'));
  });

  it('is this node for an id that nobody knows, which may be known a moment later', async () => {
    const { directory, table } = start(undefined);
    expect(await directory.ownerOf(SESSION)).toEqual(HERE);
    table.entry = ownedBy('node-2');
    expect(await directory.ownerOf(SESSION)).toEqual(at('node-2'));
  });
});

describe('a session whose owner cannot be reached', () => {
  const LOST = ownerAt('node-2', 'first');

  it.each([
    ['another node takes it', ownedBy('node-3', 'other'), at('node-3', 'other')],
    ['the owner was started again', ownedBy('node-2', 'second'), at('node-2', 'second')],
  ])('is waited for until %s', async (_what, entry, expected) => {
    const { directory, table } = start(ownedBy('node-2'));
    const owner = directory.ownerOf(SESSION, 10_000, LOST);
    await settle();
    table.entry = entry;
    table.change();
    expect(await owner).toEqual(expected);
  });

  it('is looked for once a second, and not for ever', async () => {
    const { directory, table, clock } = start(ownedBy('node-2'));
    const outcome = directory.ownerOf(SESSION, 2_000, LOST).catch((error: unknown) => error);
    for (let second = 0; second < 2; second += 1) {
      await settle();
      clock.move(1_000);
    }
    expect(await outcome).toMatchObject({ code: 'session_moving' });
    expect(table.looks).toBe(3);
    await expect(directory.ownerOf(SESSION, 0, LOST)).rejects.toMatchObject({ code: 'session_moving' });
  });
});

describe('a session without an owner', () => {
  it.each([
    ['another node takes it', ownedBy('node-2'), at('node-2')],
    ['it is removed', undefined, HERE],
  ])('is waited for until %s', async (_what, entry, expected) => {
    const { directory, table } = start(UNOWNED);
    const owner = directory.ownerOf(SESSION);
    await settle();
    table.entry = entry;
    table.change();
    expect(await owner).toEqual(expected);
  });

  it('is waited for until this node takes it', async () => {
    const { directory, table, owned } = start(UNOWNED);
    const owner = directory.ownerOf(SESSION);
    await settle();
    owned.add(SESSION);
    table.change();
    expect(await owner).toEqual(HERE);
  });

  it('is found within a second where no hint comes', async () => {
    const { directory, table, clock } = start(UNOWNED);
    const owner = directory.ownerOf(SESSION);
    await settle();
    table.entry = ownedBy('node-2');
    clock.move(1_000);
    expect(await owner).toEqual(at('node-2'));
  });

  it('is refused after ten seconds, and says when to try again', async () => {
    const { directory, clock } = start(UNOWNED);
    const outcome = directory.ownerOf(SESSION).catch((error: unknown) => error);
    for (let second = 0; second < 9; second += 1) {
      await settle();
      clock.move(1_000);
    }
    await settle();
    expect(await Promise.race([outcome, settle()])).toBeUndefined();
    clock.move(1_000);
    expect(await outcome).toMatchObject({ code: 'session_moving', retryAfterMs: 2_000 });
  });

  it('is refused at once where nobody wants to wait', async () => {
    const { directory } = start(UNOWNED);
    await expect(directory.ownerOf(SESSION, 0)).rejects.toMatchObject({ code: 'session_moving' });
  });

  it('is also one that this node is said to own, but does not', async () => {
    const { directory } = start(ownedBy('node-1'));
    await expect(directory.ownerOf(SESSION, 0)).rejects.toMatchObject({ code: 'session_moving' });
  });
});

it('fails as the database does, and asks again the next time', async () => {
  const { directory, table } = start(ownedBy('node-2'));
  const failing = new OwnershipDirectory({
    ownership: { owned: new Set(), onChange: () => undefined, ownerOf: () => Promise.reject(new Error('gone')) },
    nodeId: 'node-1',
    clock: new HandClock(1_000),
  });
  await expect(failing.ownerOf(SESSION)).rejects.toThrow('gone');
  await expect(failing.ownerOf(SESSION)).rejects.toThrow('gone');
  expect([await directory.ownerOf(SESSION), table.looks]).toEqual([at('node-2'), 1]);
});
