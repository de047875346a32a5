import type { SessionId } from '../../../src/domain/session-id.ts';
import { SessionStates } from '../../../src/whatsapp/signal/session-states.ts';

const [SHOP, OTHER] = ['session_shop', 'session_other'] as SessionId[] as [SessionId, SessionId];
const STATE = { _sessions: { a: { registrationId: 7 } }, version: 'v1' };

describe('the state of a Signal session', () => {
  it('that was written is found again by the text that is stored', () => {
    const states = new SessionStates();
    const text = states.encode(SHOP, 'ana.0', STATE);

    expect(JSON.parse(text)).toEqual(STATE);
    expect(states.decode(SHOP, 'ana.0', text)).toBe(STATE);
  });

  it('is decoded when the storage has another one, or another name has it', () => {
    const states = new SessionStates();
    const older = states.encode(SHOP, 'ana.0', STATE);
    states.encode(SHOP, 'ana.0', { version: 'v1' });

    expect(states.decode(SHOP, 'ana.0', older)).toEqual(STATE);
    expect(states.decode(SHOP, 'ana.0', older)).not.toBe(STATE);
    expect(states.decode(OTHER, 'ana.0', older)).not.toBe(STATE);
    expect(() => states.decode(SHOP, 'ana.0', older.slice(1))).toThrow(SyntaxError);
  });

  it('is let go beyond the bound, and decoded then', () => {
    const states = new SessionStates();
    const text = states.encode(SHOP, 'ana.0', STATE);
    for (let at = 0; at < 30; at++) states.encode(SHOP, `${at}`, { long: 'x'.repeat(100_000) });

    expect(states.decode(SHOP, 'ana.0', text)).not.toBe(STATE);
    expect(states.decode(SHOP, 'ana.0', text)).toEqual(STATE);
  });
});
