import { AppError } from '../../../src/domain/errors.ts';
import type { PhoneNumber } from '../../../src/domain/address.ts';
import type { SessionId } from '../../../src/domain/session-id.ts';
import { silentLogger } from '../../../src/kit/logger.ts';
import { Supervisor } from '../../../src/kit/supervisor.ts';
import { CallRejection, type CallSettings } from '../../../src/sessions/call-rejection.ts';
import { ManualClock } from '../../harness/manual-clock.ts';

const SESSION = 'session_1705312200123_abc123def' as SessionId;

function start(settings: Partial<CallSettings> = {}, failure?: Error) {
  const clock = new ManualClock();
  const supervisor = new Supervisor(silentLogger);
  const [rejected, texts]: [string[], unknown[]] = [[], []];
  const reject = (callId: string) => {
    rejected.push(callId);
    return failure ? Promise.reject(failure) : Promise.resolve();
  };
  const rejection = new CallRejection({
    ...{
      sessionId: SESSION,
      settings: { reject: true, text: 'no', ...settings },
      clock,
      supervisor,
      log: silentLogger,
    },
    sessions: {
      connection: () => Promise.resolve({ calls: { ringing: () => [], reject } }),
      send: (_, { to, content }) => Promise.resolve(texts.push([to, content])),
    },
  });
  const rings = async (callId: string, number: string | null, lid: string | null = null) => {
    rejection.rang({ callId, caller: { number: number as PhoneNumber | null, lid }, isVideo: false, startedAtMs: 0 });
    await supervisor.idle();
  };
  return { clock, rejected, texts, rings };
}

it('rejects nothing unless it is told to', async () => {
  const { rings, rejected, texts } = start({ reject: false });
  await rings('C1', '5491');

  expect([rejected, texts]).toEqual([[], []]);
});

it('rejects without a text', async () => {
  const { rings, rejected, texts } = start({ text: null });
  await rings('C1', '5491');

  expect([rejected, texts]).toEqual([['C1'], []]);
});

it('sends the text to the number, or else to the LID, once an hour for each caller', async () => {
  const { rings, texts, clock } = start();
  const content = { type: 'text', text: 'no' };
  await rings('C1', '5491', '1@lid');
  await rings('C2', null, '1@lid');
  await rings('C3', null, '2@lid');
  expect(texts).toEqual([
    [{ kind: 'number', number: '5491' }, content],
    [{ kind: 'jid', jid: '2@lid' }, content],
  ]);

  await clock.advance(3_600_000);
  await rings('C4', '5491', '1@lid');
  expect(texts).toHaveLength(3);
});

it('does not answer a flood: 30 calls a minute are rejected, and 20 texts an hour are sent', async () => {
  const { rings, rejected, texts, clock } = start();
  for (let at = 0; at < 1_000; at += 1) await rings(`C${at}`, `549${at}`);
  expect([rejected.length, texts.length]).toEqual([30, 20]);

  await clock.advance(60_000);
  await rings('later', '5495');
  expect(rejected.at(-1)).toBe('later');
});

it('sends no text for a call that was over before', async () => {
  const { rings, texts } = start({}, new AppError('call_not_found'));
  await rings('C1', '5491');

  expect(texts).toEqual([]);
});
