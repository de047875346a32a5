import type { PhoneNumber } from '../../../src/domain/address.ts';
import { ANA } from '../../contracts/storage/support.ts';
import { connected, OneProcess, OPEN } from './one-process.ts';

const OTHER = { phoneNumber: '5491100000001' as PhoneNumber, whatsappUserId: '5491100000001:1@s.whatsapp.net' };

describe('a session that somebody stops', () => {
  it('stays stopped where it comes to, and over a pause of the storage', async () => {
    const first = await OneProcess.start();
    const second = await OneProcess.start({ db: first.db });
    const connection = await first.runs(connected(ANA));
    const { phase } = await first.sessions.stop(ANA);
    expect([phase, connection.isClosed, connection.isUnlinked]).toEqual(['stopped', true, false]);

    await first.host.handOver(ANA);
    await second.host.adopt([ANA]);
    second.sessions.transfer.pause();
    await second.settled();
    second.sessions.transfer.resume();
    await second.settled();

    expect(second.connections).toEqual([]);
    await expect(second.sessions.connection(ANA)).rejects.toMatchObject({ code: 'session_stopped' });
    await expect(second.sessions.restart(ANA)).rejects.toMatchObject({ code: 'session_stopped' });
    expect(await first.webhooks()).toEqual(['status-update disconnected']);
    const starting = second.sessions.start(ANA);
    await second.settled();
    second.connection.emit(OPEN);
    expect(await starting).toMatchObject({ phase: 'online', errorMessage: null });
  });

  it('is not connected by a login that was on its way', async () => {
    const process = await OneProcess.start();
    const connection = await process.runs(connected(ANA));
    const stopping = process.sessions.stop(ANA);
    connection.emit(OPEN);
    await stopping;
    await process.settled();
    expect(await process.sessions.view(ANA)).toMatchObject({ phase: 'stopped' });
    expect(process.failures).toEqual([]);
  });
});

describe('a session that is linked again', () => {
  it('tells and stores nothing of another account that scans its QR', async () => {
    const process = await OneProcess.start();
    const closed = { ...connected(ANA), phase: 'closed' as const };
    await process.db.storage.sessions.commit(closed, []);
    await process.host.adopt([ANA]);
    await process.sessions.relink(ANA);
    await process.settled();
    process.connection.emit({ kind: 'paired', identity: OTHER });
    process.connection.emit({ kind: 'names', names: [{ person: '1', pushName: 'Ajena', savedName: null }] });
    process.connection.emit({ kind: 'open', identity: OTHER });
    await process.settled();

    const record = await process.sessions.view(ANA);
    expect(record).toMatchObject({ phase: 'closed', identity: closed.identity });
    expect(record.errorMessage).toContain(`+${OTHER.phoneNumber}`);
    expect(process.connection.isUnlinked).toBe(true);
    expect(await process.db.storage.contactNames.of(ANA, { number: '1' as PhoneNumber, lid: null })).toBeNull();
    expect(await process.webhooks()).toEqual(['status-update connecting', 'status-update disconnected']);
  });
});
