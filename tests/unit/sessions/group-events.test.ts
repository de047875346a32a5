import { pino } from 'pino';
import { StorageUnavailableError } from '../../../src/domain/errors.ts';
import type { GroupChange } from '../../../src/domain/group-event.ts';
import type { NewFurtherEvent } from '../../../src/ports/callbacks.ts';
import { isWanted, storeHeld } from '../../../src/sessions/held-events.ts';
import { JoinRequests } from '../../../src/sessions/join-requests.ts';
import { ANA } from '../../contracts/storage/support.ts';

const CHANGE: GroupChange = {
  ...{ id: '3513186091 0', groupId: '120363012345678901@g.us', groupName: 'Ventas' },
  ...{ by: null, atMs: 0, offline: false, what: { kind: 'group-update', changes: { locked: true } } },
};

function start(add: (events: readonly NewFurtherEvent[]) => Promise<void> = () => Promise.resolve()) {
  const events: NewFurtherEvent[] = [];
  const scene = { events, stored: 0 };
  const furtherEvents = {
    add: (_: unknown, added: readonly NewFurtherEvent[]) => {
      events.push(...added);
      return add(added);
    },
    isWanted: (_: unknown, kind: string) => kind === 'group-update',
  };
  const joinRequests = new JoinRequests({
    wait: () => Promise.resolve(),
    forget: () => Promise.resolve(),
    known: () => Promise.resolve(new Set()),
  });
  const deps = { furtherEvents, joinRequests, log: pino({ level: 'silent' }) };
  const changed = (...changes: GroupChange[]) => ({
    kind: 'group-changed' as const,
    changes,
    stored: () => (scene.stored += 1),
  });
  return Object.assign(scene, {
    store: (...changes: GroupChange[]) => storeHeld(ANA, changed(...changes), deps),
    isWanted: (...changes: GroupChange[]) => isWanted(ANA, changed(...changes), deps),
  });
}

it('an announcement that comes again is the same event, and another change of it is another', async () => {
  const scene = start();
  await scene.store(CHANGE, { ...CHANGE, id: '3513186091 1' });
  await scene.store({ ...CHANGE, offline: true, atMs: 1 });
  const [first, second, again] = scene.events.map(({ webhookId }) => webhookId);
  expect(again).toBe(first);
  expect(second).not.toBe(first);
  expect(scene.stored).toBe(2);
});

it('is not said to be stored while the storage fails, but what can never be stored is not asked for again', async () => {
  const failing = start(() => Promise.reject(new StorageUnavailableError(new Error('full'))));
  await expect(failing.store(CHANGE)).rejects.toThrow(StorageUnavailableError);
  expect(failing.stored).toBe(0);
  const poisoned = start(() => Promise.reject(new Error('never')));
  await poisoned.store(CHANGE);
  expect(poisoned.stored).toBe(1);
});

it('is wanted where some webhook wants one of the changes', () => {
  const request: GroupChange['what'] = {
    kind: 'group-join-request',
    action: 'created',
    method: null,
    participants: [],
  };
  expect([start().isWanted(CHANGE), start().isWanted({ ...CHANGE, what: request }), start().isWanted()]).toEqual([
    ...[true, false, false],
  ]);
});
