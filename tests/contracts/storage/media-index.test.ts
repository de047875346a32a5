import type { MediaIndexEntry } from '../../../src/ports/media.ts';
import { ANA, BEA, contract } from './support.ts';

function entry(messageId: string, fields: Partial<MediaIndexEntry> = {}): MediaIndexEntry {
  const file = { path: `${ANA}/${messageId}.pdf`, mimetype: 'application/pdf', fileName: 'factura.pdf', size: 7 };
  return { sessionId: ANA, messageId, ...file, createdAtMs: 1, ...fields };
}

contract('the media index', (startStorage) => {
  it('has one entry for each message, the latest, also after a restart', async () => {
    await using db = await startStorage();
    await db.storage.mediaIndex.put(entry('M1'));
    const latest = entry('M1', { path: `${ANA}/M1.bin`, mimetype: null, fileName: null, createdAtMs: 2 });
    await db.storage.mediaIndex.put(latest);
    await db.reopen();

    expect(await db.storage.mediaIndex.find({ sessionId: ANA, messageId: 'M1' })).toEqual(latest);
    expect(await db.storage.mediaIndex.find({ sessionId: BEA, messageId: 'M1' })).toBeUndefined();
  });

  it('lists entries from before a moment, the oldest first, until they are removed', async () => {
    await using db = await startStorage();
    const { mediaIndex } = db.storage;
    const entries = ['M1', 'M2', 'M3'].map((messageId, at) => entry(messageId, { createdAtMs: 30 - 10 * at }));
    for (const each of entries) await mediaIndex.put(each);

    expect(await mediaIndex.olderThan(30)).toEqual([entries[2], entries[1]]);
    await mediaIndex.remove(entries[2]!);
    expect(await mediaIndex.olderThan(30)).toEqual([entries[1]]);
  });

  it('outlives its sessions', async () => {
    await using db = await startStorage();
    await db.storage.mediaIndex.put(entry('M1'));

    await db.storage.sessions.remove(ANA, []);

    expect(await db.storage.mediaIndex.find({ sessionId: ANA, messageId: 'M1' })).toEqual(entry('M1'));
  });
});
