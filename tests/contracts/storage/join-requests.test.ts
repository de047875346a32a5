import type { PhoneNumber } from '../../../src/domain/address.ts';
import type { GroupChange } from '../../../src/domain/group-event.ts';
import type { Person } from '../../../src/domain/person.ts';
import { JoinRequests } from '../../../src/sessions/join-requests.ts';
import { ANA, BEA, contract, record, type TestStorage } from './support.ts';

const GROUP = '120363012345678901@g.us';
const LUZ: Person = { number: '5491133445566' as PhoneNumber, lid: '111@lid' };
const TOM: Person = { number: '5491133445577' as PhoneNumber, lid: null };

function change(action: 'added' | 'joined' | 'left' | 'removed' | 'promoted', ...participants: Person[]): GroupChange {
  return changeOf({ kind: 'group-participants', action, participants, includesMe: false });
}

function wish(action: 'created' | 'revoked' | 'rejected', ...participants: Person[]): GroupChange {
  return changeOf({ kind: 'group-join-request', action, method: null, participants });
}

function changeOf(what: GroupChange['what']): GroupChange {
  return { id: '1', groupId: GROUP, groupName: null, by: null, atMs: 0, offline: false, what };
}

contract('the wishes to join groups', (startStorage) => {
  const withSession = async (): Promise<TestStorage> => {
    const db = await startStorage();
    await db.storage.sessions.commit(record(ANA), []);
    return db;
  };

  it('say of an addition whether everybody in it had asked, and again when it comes again, also after a restart', async () => {
    await using db = await withSession();
    const tell = (...changes: GroupChange[]) => {
      const requests = new JoinRequests(db.storage.joinRequests);
      return Promise.all(changes.map((each) => requests.told(ANA, each)));
    };
    expect(await tell(change('added', LUZ))).toEqual([false]);
    await tell(wish('created', LUZ));
    await db.reopen();
    expect(await tell(change('added', TOM, LUZ), change('promoted', LUZ))).toEqual([false, false]);
    const byLid = { number: null, lid: LUZ.lid };
    expect(await tell(change('added', byLid), change('joined', LUZ))).toEqual([true, true]);
    for (const end of [change('left', LUZ), change('removed', LUZ), wish('revoked', LUZ), wish('rejected', LUZ)]) {
      await tell(wish('created', LUZ, TOM));
      await tell(end);
      expect(await tell(change('added', LUZ), change('added', TOM))).toEqual([false, true]);
    }
  });

  it('are those of a session and a group, and nothing is left of a session that is removed', async () => {
    await using db = await withSession();
    const { joinRequests, sessions } = db.storage;
    const names = ['5491'];
    const known = async (...[of, groupId]: [typeof ANA, string]) =>
      (await joinRequests.known(of, { groupId, names })).size;
    await joinRequests.wait(BEA, { groupId: GROUP, names });
    await joinRequests.wait(ANA, { groupId: GROUP, names: [...names, ...names] });
    expect([await known(ANA, GROUP), await known(ANA, '2@g.us'), await known(BEA, GROUP)]).toEqual([1, 0, 0]);
    await sessions.remove(ANA, []);
    expect(await known(ANA, GROUP)).toBe(0);
  });

  it('are 5,000 names at most, the oldest first to go', async () => {
    await using db = await withSession();
    const { joinRequests } = db.storage;
    await joinRequests.wait(ANA, { groupId: GROUP, names: ['first'] });
    await db.clock.advance(1);
    await joinRequests.wait(ANA, { groupId: GROUP, names: Array.from({ length: 5_000 }, (_, at) => `${at}@lid`) });
    const known = await joinRequests.known(ANA, { groupId: GROUP, names: ['first', '0@lid', '4999@lid'] });
    expect(known).toEqual(new Set(['0@lid', '4999@lid']));
  });
});
