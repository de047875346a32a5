import { type CloseReason } from '../../../src/domain/close-reason.ts';
import { decide, type Decision } from '../../../src/sessions/reconnect.ts';

const linked = { linked: true, failures: 1 };
const unlinked = { linked: false, failures: 1 };

function gist(decision: Decision): string {
  if (decision.do !== 'reconnect') return decision.do;
  return decision.after === 'now' ? 'reconnect now' : `reconnect within ${decision.after.baseMs / 1000} s`;
}

describe('a lost line', () => {
  it.each<[CloseReason, string]>([
    [{ kind: 'asked' }, 'reconnect now'],
    [{ kind: 'restart-required' }, 'reconnect now'],
    [{ kind: 'qr-exhausted' }, 'reconnect now'],
    [{ kind: 'connection-lost', detail: 'Connection was lost (408)' }, 'reconnect within 1 s'],
    [{ kind: 'replaced' }, 'reconnect within 30 s'],
    [{ kind: 'refused', code: 409 }, 'reconnect within 30 s'],
    [{ kind: 'pairing-failed', detail: 'Invalid account signature' }, 'start-over'],
    [{ kind: 'logged-out' }, 'close'],
    [{ kind: 'temporarily-banned', expiresInSeconds: 3_600 }, 'fail'],
    [{ kind: 'forbidden', code: 403 }, 'fail'],
    [{ kind: 'client-outdated' }, 'fail'],
    [{ kind: 'multi-device-missing' }, 'fail'],
  ])('because of %j: %s', (reason, expected) => {
    expect(gist(decide(reason, linked))).toBe(expected);
  });

  it('is not opened again at once for ever: after some restarts in a row there is a pause', () => {
    expect(gist(decide({ kind: 'restart-required' }, { linked: true, failures: 3 }))).toBe('reconnect within 1 s');
  });

  it('is given up when another process takes it over again and again', () => {
    expect(gist(decide({ kind: 'replaced' }, { linked: true, failures: 3 }))).toBe('fail');
  });

  it('starts over when WhatsApp does not know a device that was never linked', () => {
    expect(gist(decide({ kind: 'logged-out' }, unlinked))).toBe('start-over');
  });

  it('says how long a temporary ban lasts, where WhatsApp says it', () => {
    expect(decide({ kind: 'temporarily-banned', expiresInSeconds: 3_600 }, linked)).toMatchObject({
      message: expect.stringContaining('60 minutes') as string,
    });
    expect(decide({ kind: 'temporarily-banned', expiresInSeconds: null }, linked)).toMatchObject({
      message: expect.not.stringContaining('minutes') as string,
    });
  });
});
