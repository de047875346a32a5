import { AppError, SessionLostError, StorageUnavailableError } from '../../../src/domain/errors.ts';
import { ANA, record } from '../../contracts/storage/support.ts';
import { failureOf, OneProcess } from './one-process.ts';

it.each<[string, Error]>([
  ['nobody owns it any more', new SessionLostError()],
  ['the storage fails meanwhile', new StorageUnavailableError('x')],
])('a removed session is gone, also when its keys cannot be forgotten because %s', async (_why, failure) => {
  const process = await OneProcess.start({ forget: () => Promise.reject(failure) });
  await process.db.storage.sessions.commit(record(ANA, { createdAtMs: process.db.clock.now() }), []);
  await process.host.adopt([ANA]);
  await process.settled();

  await process.sessions.remove(ANA);

  expect(await failureOf(process.sessions.view(ANA))).toEqual(new AppError('session_not_found'));
  expect([process.sessions.own(), process.openConnections, process.failures]).toEqual([[], 0, []]);
});
