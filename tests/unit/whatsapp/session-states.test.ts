import type { SessionId } from '../../../src/domain/session-id.ts';
import { isSurelyOpen, SessionStates } from '../../../src/whatsapp/signal/session-states.ts';

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

describe('a Signal session', () => {
  const entry = (closed: number, registrationId: unknown = 7) => ({ registrationId, indexInfo: { closed } });
  const state = (...entries: object[]) => ({ _sessions: Object.fromEntries(entries.entries()), version: 'v1' });
  const written = (it: object) => {
    const states = new SessionStates();
    return states.decode(SHOP, 'ana.0', states.encode(SHOP, 'ana.0', it));
  };

  it.each([
    ['open', true, state(entry(1), entry(-1))],
    ['closed', false, state(entry(1), entry(2))],
    ['open without a registration', false, state(entry(-1, null), entry(-1))],
    ['none at all', false, state()],
  ])('that libsignal wrote and is %s counts as open: %p', (_, isOpen, it) => {
    expect(isSurelyOpen(written(it))).toBe(isOpen);
  });

  it('that libsignal did not write in this process does not count as open: it may be damaged', () => {
    const states = new SessionStates();
    const read = states.decode(SHOP, 'ana.0', JSON.stringify(state(entry(-1))));
    expect([read, undefined, null, 'text', {}].map(isSurelyOpen)).toEqual([false, false, false, false, false]);
  });
});
