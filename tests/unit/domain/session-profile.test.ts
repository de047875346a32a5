import {
  bodyForBackend,
  mergedProfile,
  summaryOf,
  NO_PROFILE,
  sessionIn,
} from '../../../src/domain/session-profile.ts';

const SHOP = { ...NO_PROFILE, name: 'Tienda', metadata: { session_name: 'x' } };
const STATUS = { session_id: 's', error_message: 'a ,"session_name": "b"' };

describe('what events tell of a session', () => {
  it('is nothing for one of which nothing was said', () => {
    expect(summaryOf(undefined)).toBeUndefined();
    expect(summaryOf({ ...NO_PROFILE, deviceName: 'Caja', proxy: 'http://p' })).toBeUndefined();
    expect(sessionIn(JSON.stringify(STATUS))).toEqual({ name: null, labels: [], metadata: {} });
  });

  it('is left out of the bodies that have exactly the fields of the seed', () => {
    const body = JSON.stringify({ ...STATUS, ...summaryOf(SHOP) });
    for (const kind of ['new-session-connected', 'status-update', 'qr-update'] as const)
      expect(bodyForBackend(kind, body)).toBe(JSON.stringify(STATUS));
    expect(bodyForBackend('message-received', body)).toBe(body);
    expect(bodyForBackend('status-update', JSON.stringify(STATUS))).toBe(JSON.stringify(STATUS));
    expect(sessionIn(body)).toEqual({ name: 'Tienda', labels: [], metadata: { session_name: 'x' } });
  });
});

describe('the profile of a session that takes over a device', () => {
  it('is its own, and where nothing was said that of the other one', () => {
    const own = { ...NO_PROFILE, name: 'Propia', labels: ['a'] };
    const other = {
      name: 'Otra',
      labels: ['b'],
      metadata: { k: 1 },
      deviceName: 'Caja',
      proxy: 'http://p',
      warmUp: true,
    };
    expect(mergedProfile(own, other)).toEqual({ ...other, name: 'Propia', labels: ['a'] });
    expect(mergedProfile(undefined, other)).toEqual(other);
  });
});
