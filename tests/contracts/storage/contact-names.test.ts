import type { PhoneNumber } from '../../../src/domain/address.ts';
import type { Person } from '../../../src/domain/person.ts';
import { ANA, BEA, contract, record, type TestStorage } from './support.ts';

const NUMBER = '5491122334455' as PhoneNumber;
const LID = '111@lid';
const DAY_MS = 24 * 3_600_000;

const juan = (known: Partial<Person> = { number: NUMBER }): Person => ({ number: null, lid: null, ...known });

contract('the names of people', (startStorage) => {
  const withSession = async (): Promise<TestStorage> => {
    const db = await startStorage();
    await db.storage.sessions.commit(record(ANA), []);
    return db;
  };

  it('are known by number or by LID, for their session only, also after a restart', async () => {
    await using db = await withSession();
    await db.storage.sessions.commit(record(BEA), []);
    await db.storage.contactNames.learn(ANA, [{ person: LID, pushName: 'Juan' }]);
    await db.reopen();
    const { contactNames } = db.storage;

    expect(await contactNames.of(ANA, juan({ lid: LID }))).toBe('Juan');
    expect(await contactNames.of(ANA, juan({ number: NUMBER, lid: LID }))).toBe('Juan');
    expect(await contactNames.of(ANA, juan())).toBeNull();
    expect(await contactNames.of(BEA, juan({ lid: LID }))).toBeNull();
  });

  it('are the one that the person chose, before the one in the address book, whatever came first', async () => {
    await using db = await withSession();
    const { contactNames } = db.storage;
    await contactNames.learn(ANA, [{ person: NUMBER, savedName: 'Juan del pan' }]);
    expect(await contactNames.of(ANA, juan({ number: NUMBER, lid: LID }))).toBe('Juan del pan');
    await contactNames.learn(ANA, [{ person: LID, pushName: 'Juancho' }]);
    expect(await contactNames.of(ANA, juan({ number: NUMBER, lid: LID }))).toBe('Juancho');
    await contactNames.learn(ANA, [{ person: LID, savedName: 'Juan' }]);
    expect(await contactNames.of(ANA, juan({ lid: LID }))).toBe('Juancho');
  });

  it('are replaced by later ones, but not by nothing', async () => {
    await using db = await withSession();
    const { contactNames } = db.storage;
    await contactNames.learn(ANA, [{ person: NUMBER, pushName: 'Juan' }]);
    await contactNames.learn(ANA, [
      { person: NUMBER, pushName: ' ' },
      { person: NUMBER, pushName: null },
    ]);
    expect(await contactNames.of(ANA, juan())).toBe('Juan');
    await contactNames.learn(ANA, [{ person: NUMBER, pushName: 'Juana' }]);
    expect(await contactNames.of(ANA, juan())).toBe('Juana');
  });

  it('are listed by person, page by page, and forgotten when the owner removes them', async () => {
    await using db = await withSession();
    const { contactNames } = db.storage;
    await contactNames.learn(ANA, [
      { person: NUMBER, pushName: 'Juan', savedName: 'Juan del pan' },
      { person: LID, pushName: 'Luz' },
      { person: '9', savedName: 'Zoe' },
    ]);
    const luz = { person: LID, pushName: 'Luz', savedName: null, username: null };
    const zoe = { person: '9', pushName: null, savedName: 'Zoe', username: null };
    const juanToo = { person: NUMBER, pushName: 'Juan', savedName: 'Juan del pan', username: null };
    expect(await contactNames.list(ANA, { after: '', limit: 2 })).toEqual([luz, juanToo]);
    expect(await contactNames.list(ANA, { after: NUMBER, limit: 2 })).toEqual([zoe]);
    expect(await contactNames.list(BEA, { after: '', limit: 2 })).toEqual([]);

    await contactNames.learn(ANA, [{ person: NUMBER, savedName: null }]);
    expect(await contactNames.list(ANA, { after: LID, limit: 1 })).toEqual([{ ...juanToo, savedName: null }]);
  });

  it('are listed with the username, which is not taken for a name', async () => {
    await using db = await withSession();
    const { contactNames } = db.storage;
    await contactNames.learn(ANA, [{ person: LID, username: 'juan.pan' }]);
    await contactNames.learn(ANA, [
      { person: LID, savedName: 'Juan', username: null },
      { person: NUMBER, username: 'x'.repeat(100_000) },
    ]);
    await db.reopen();
    expect(await db.storage.contactNames.list(ANA, { after: '', limit: 9 })).toEqual([
      { person: LID, pushName: null, savedName: 'Juan', username: 'juan.pan' },
      { person: NUMBER, pushName: null, savedName: null, username: 'x'.repeat(256) },
    ]);
    expect(await db.storage.contactNames.of(ANA, juan())).toBeNull();
    await db.storage.contactNames.learn(ANA, [{ person: LID, username: 'juan' }]);
    expect(await db.storage.contactNames.list(ANA, { after: '', limit: 1 })).toMatchObject([{ username: 'juan' }]);
  });

  it('are cut to 256 characters, and stay well-formed', async () => {
    await using db = await withSession();
    const { contactNames } = db.storage;
    await contactNames.learn(ANA, [{ person: NUMBER, pushName: `${'ñ'.repeat(255)}😀${'x'.repeat(100_000)}` }]);
    expect(await contactNames.of(ANA, juan())).toBe(`${'ñ'.repeat(255)}\ufffd`);
  });

  it('are those of 20,000 people at most: those that were learned last', async () => {
    await using db = await withSession();
    const { contactNames } = db.storage;
    await contactNames.learn(ANA, [{ person: NUMBER, pushName: 'Juan' }]);
    await db.clock.advance(1);
    const crowd = Array.from({ length: 20_000 }, (_, index) => ({ person: `${index}@lid`, pushName: 'x' }));
    await contactNames.learn(ANA, crowd);
    expect(await contactNames.of(ANA, juan())).toBeNull();
    expect(await contactNames.of(ANA, juan({ lid: '0@lid' }))).toBe('x');
  });

  it('are forgotten a year after they were last learned', async () => {
    await using db = await withSession();
    const { contactNames } = db.storage;
    await contactNames.learn(ANA, [
      { person: NUMBER, pushName: 'Juan' },
      { person: LID, pushName: 'Luz' },
    ]);
    await db.clock.advance(200 * DAY_MS);
    await contactNames.learn(ANA, [{ person: LID, pushName: 'Luz' }]);
    await db.clock.advance(166 * DAY_MS);
    await db.storage.prune(DAY_MS);

    expect(await contactNames.of(ANA, juan())).toBeNull();
    expect(await contactNames.of(ANA, juan({ lid: LID }))).toBe('Luz');
  });

  it('are removed with their session, and never learned by one that does not exist', async () => {
    await using db = await withSession();
    const { contactNames, sessions } = db.storage;
    await contactNames.learn(ANA, [{ person: NUMBER, pushName: 'Juan' }]);

    await sessions.remove(ANA, []);
    await contactNames.learn(ANA, [{ person: LID, pushName: 'Luz' }]);
    await sessions.commit(record(ANA), []);

    expect(await contactNames.of(ANA, juan({ number: NUMBER, lid: LID }))).toBeNull();
  });
});
