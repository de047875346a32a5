import type { CloseReason } from '../../../src/domain/close-reason.ts';
import { decide, type Decision, type LossContext } from '../../../src/sessions/state/reconnect.ts';

const linked: LossContext = { linked: true, code: null, failures: 1, replacements: 1 };

function gist(decision: Decision): string {
  if (decision.do === 'fail') return decision.retryAfterMs === null ? 'fail' : `fail for ${decision.retryAfterMs} ms`;
  if (decision.do !== 'reconnect') return decision.do;
  if (decision.after === 'now') return 'reconnect now';
  const { minMs = 0, baseMs, maxMs } = decision.after;
  return `reconnect after ${[minMs, baseMs, maxMs].map((ms) => ms / 1_000).join(', ')} s`;
}

const USUAL = 'reconnect after 0, 1, 60 s';
const SLOW = 'reconnect after 30, 60, 600 s';

describe('a lost connection', () => {
  it.each<[CloseReason, string]>([
    [{ kind: 'asked' }, 'reconnect now'],
    [{ kind: 'restart-required' }, 'reconnect now'],
    [{ kind: 'qr-exhausted' }, 'reconnect now'],
    [{ kind: 'connection-lost', detail: 'Connection was lost (408)' }, USUAL],
    [{ kind: 'broken', detail: 'WhatsApp does not answer queries' }, USUAL],
    [{ kind: 'silent' }, 'reconnect now'],
    [{ kind: 'unavailable' }, 'reconnect after 0, 10, 300 s'],
    [{ kind: 'storage-failed' }, 'reconnect after 0, 1, 5 s'],
    [{ kind: 'held-back', detail: 'The disk is nearly full.' }, 'reconnect now'],
    [{ kind: 'replaced' }, SLOW],
    [{ kind: 'refused', code: 409 }, SLOW],
    [{ kind: 'pairing-failed', detail: 'Invalid account signature' }, 'start-over'],
    [{ kind: 'logged-out' }, 'close'],
    [{ kind: 'temporarily-banned', expiresInSeconds: null }, 'fail'],
    [{ kind: 'temporarily-banned', expiresInSeconds: 3_600 }, 'fail for 3600000 ms'],
    [{ kind: 'forbidden', code: 403 }, 'fail'],
    [{ kind: 'client-outdated', next: 'none' }, 'fail'],
    [{ kind: 'client-outdated', next: 'pinned' }, 'fail'],
    [{ kind: 'client-outdated', next: 'newer' }, 'reconnect now'],
    [{ kind: 'multi-device-missing' }, 'fail'],
  ])('because of %j: %s', (reason, expected) => {
    expect(gist(decide(reason, linked))).toBe(expected);
  });

  it.each<[CloseReason, number, string]>([
    [{ kind: 'restart-required' }, 3, USUAL],
    [{ kind: 'client-outdated', next: 'newer' }, 3, USUAL],
    [{ kind: 'broken', detail: 'again' }, 4, SLOW],
  ])('is not reopened at once again and again: %j, %d in a row', (reason, failures, expected) => {
    expect(gist(decide(reason, { ...linked, failures }))).toBe(expected);
  });

  it('is given up when another process replaces it again and again, however long it held in between', () => {
    expect(gist(decide({ kind: 'replaced' }, { ...linked, failures: 0, replacements: 3 }))).toBe('fail');
  });

  it('starts over when WhatsApp does not know a device that was never linked', () => {
    expect(gist(decide({ kind: 'logged-out' }, { ...linked, linked: false }))).toBe('start-over');
  });

  it.each<[CloseReason, string, string]>([
    [{ kind: 'connection-lost', detail: 'Timed Out (408)' }, USUAL, 'end'],
    [{ kind: 'restart-required' }, 'reconnect now', 'end'],
    [{ kind: 'pairing-failed', detail: 'Invalid account signature' }, 'end', 'end'],
    [{ kind: 'forbidden', code: 403 }, 'end', 'end'],
    [{ kind: 'code-void', detail: 'WhatsApp asked for a new pairing code.' }, 'end', 'end'],
  ])('because of %j, while a code is requested: %s; while it is shown: %s', (reason, asked, shown) => {
    expect(gist(decide(reason, { ...linked, linked: false, code: 'asked' }))).toBe(asked);
    expect(gist(decide(reason, { ...linked, linked: false, code: 'shown' }))).toBe(shown);
  });

  it.each([
    ['400', 'pairing_refused', /the one on the phone/],
    ['429', 'rate_limited', /try again later/],
  ])('says why a pairing code was refused: %s is %s', (code, error, sentence) => {
    const decision = decide({ kind: 'code-refused', code }, { ...linked, linked: false, code: 'asked' });
    expect(decision).toEqual({ do: 'end', error, message: expect.stringMatching(sentence) as string });
  });

  it.each<[CloseReason, RegExp]>([
    [{ kind: 'temporarily-banned', expiresInSeconds: 3_600 }, /60 minutes.*automatically/],
    [{ kind: 'temporarily-banned', expiresInSeconds: null }, /restart the session/],
    [{ kind: 'client-outdated', next: 'none' }, /Update the orchestrator/],
    [{ kind: 'client-outdated', next: 'pinned' }, /WHATSAPP_VERSION/],
  ])('says what to do: %j', (reason, sentence) => {
    expect(decide(reason, linked)).toMatchObject({ message: expect.stringMatching(sentence) as string });
  });
});
