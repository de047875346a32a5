import type { BinaryNode } from '@whiskeysockets/baileys';
import { Calls } from '../../../src/whatsapp/receive/calls.ts';
import { ManualClock } from '../../harness/manual-clock.ts';

const ME = '5491000000000:1@s.whatsapp.net';
const CALLER = '222@lid';

type Step = [tag: string, attrs?: Record<string, string>];

function call([tag, attrs]: Step, id = 'C1'): BinaryNode {
  const info = { tag, attrs: { 'call-id': id, 'call-creator': CALLER, ...attrs } };
  return { tag: 'call', attrs: { id: 'S', from: CALLER, t: '1700000000' }, content: [info] };
}

/** The messages that these steps of one call become. */
function missed(steps: readonly Step[]) {
  const calls = new Calls(new ManualClock());
  return steps.flatMap((step) => calls.take(call(step), ME).missed ?? []);
}

const OFFER: Step = ['offer', { caller_pn: '5491@s.whatsapp.net' }];

it.each<[string, Step[]]>([
  ['rings in vain', [OFFER, ['terminate', { reason: 'timeout' }]]],
  ['is given up by its caller', [OFFER, ['relaylatency'], ['terminate']]],
  ['is ended twice', [OFFER, ['terminate'], ['terminate', { reason: 'timeout' }]]],
])('a call that %s is a message under the id of the call, by its caller', (_, steps) => {
  expect(missed(steps)).toEqual([
    {
      key: { remoteJid: CALLER, remoteJidAlt: '5491@s.whatsapp.net', id: 'C1', fromMe: false },
      message: { callLogMesssage: {} },
      messageTimestamp: 1_700_000_000,
    },
  ]);
});

it('is one too when only its end arrives', () => {
  expect(missed([['terminate', { reason: 'timeout' }]])).toMatchObject([{ key: { remoteJid: CALLER, id: 'C1' } }]);
});

it.each<[string, Step[]]>([
  ['goes on', [OFFER, ['relaylatency'], ['transport']]],
  ['was answered on another device', [OFFER, ['terminate', { reason: 'accepted_elsewhere' }], ['terminate']]],
  ['was declined on another device', [OFFER, ['terminate', { reason: 'rejected_elsewhere' }]]],
  ['was accepted', [OFFER, ['accept'], ['terminate']]],
  ['was declined', [OFFER, ['reject'], ['terminate']]],
  ['is a group’s', [['offer', { 'group-jid': '1@g.us' }], ['terminate']]],
  ['is the owner’s', [['terminate', { 'call-creator': '5491000000000@s.whatsapp.net' }]]],
  ['has no id', [['terminate', { 'call-id': '' }]]],
])('a call that %s is no missed call', (_, steps) => {
  expect(missed(steps)).toEqual([]);
});

it.each([undefined, [], Buffer.from('x')])('a stanza without the call (%p) is none', (content) => {
  const stanza = { tag: 'call', attrs: { from: CALLER }, ...(content && { content }) };

  expect(new Calls(new ManualClock()).take(stanza, ME)).toEqual({});
});

it.each(['__proto__', 'constructor'])('the id of a call may be %s', (id) => {
  const calls = new Calls(new ManualClock());

  expect(calls.take(call(['terminate'], id), ME)).toMatchObject({ missed: { key: { id } } });
  expect(calls.take(call(['terminate'], id), ME)).toEqual({});
});

describe('what is told of a call', () => {
  const told = (steps: readonly Step[]) => {
    const calls = new Calls(new ManualClock());
    return steps.flatMap((step) => calls.take(call(step), ME).news ?? []);
  };
  const ends = (reason?: string): Step => ['terminate', reason === undefined ? {} : { reason }];

  it.each<[string[], Step[]]>([
    [
      ['ringing', 'missed'],
      [OFFER, OFFER, ['relaylatency'], ends('timeout'), ends()],
    ],
    [
      ['ringing', 'accepted_elsewhere', 'ended'],
      [OFFER, ends('accepted_elsewhere'), ['accept'], ends(), ends()],
    ],
    [
      ['ringing', 'rejected_elsewhere'],
      [OFFER, ends('rejected_elsewhere'), ends(), OFFER],
    ],
    [
      ['ringing', 'rejected_elsewhere'],
      [OFFER, ['reject']],
    ],
    [['missed'], [ends()]],
    [[], [['transport'], ['mute_v2']]],
  ])('is each state once: %j', (states, steps) => {
    expect(told(steps).map(({ state }) => state)).toEqual(states);
  });

  it('is what is known of it, also of a group, and only what can be a group', () => {
    const [rings, missed] = told([
      ['offer', { 'group-jid': '120363000000000001@g.us', media: 'video' }],
      ends('timeout'),
    ]);

    const known = { callId: 'C1', caller: [CALLER, undefined], isVideo: true, groupId: '120363000000000001@g.us' };
    expect([rings, missed]).toEqual([
      { ...known, state: 'ringing', isTimeout: false },
      { ...known, state: 'missed', isTimeout: true },
    ]);
    expect(told([['offer', { 'group-jid': 'x' }]])).toMatchObject([{ groupId: null, isVideo: false }]);
    expect(told([ends()])).toMatchObject([{ isVideo: null, isTimeout: false }]);
  });
});

describe('a call that rings', () => {
  const start = () => {
    const clock = new ManualClock();
    return { calls: new Calls(clock), clock };
  };

  it('is listed from its offer to its end, and begins once', () => {
    const { calls } = start();
    const view = {
      ...{ callId: 'C1', caller: { number: '5491', lid: CALLER }, isVideo: false, startedAtMs: 1_700_000_000_000 },
    };

    expect(calls.take(call(OFFER), ME)).toMatchObject({ begun: view, news: { state: 'ringing' } });
    expect(calls.take(call(OFFER), ME)).toEqual({});
    expect([calls.ringing(), calls.callerOf('C1')]).toEqual([[view], CALLER]);
    calls.take(call(['terminate']), ME);
    expect([calls.ringing(), calls.callerOf('C1')]).toEqual([[], undefined]);
  });

  it('and is rejected becomes a message once, whatever still comes of it', () => {
    const { calls } = start();
    calls.take(call(['offer', { 'call-creator': '222:7@lid' }]), ME);

    expect(calls.rejected('C1')).toMatchObject({
      missed: { key: { remoteJid: CALLER, id: 'C1' }, message: { callLogMesssage: {} } },
      news: { callId: 'C1', state: 'rejected' },
    });
    expect(calls.rejected('C1')).toEqual({});
    expect(calls.take(call(['terminate', { reason: 'timeout' }]), ME)).toEqual({});
    expect(calls.take(call(OFFER), ME)).toEqual({});
    expect(calls.ringing()).toEqual([]);
  });

  it.each<[string, Step, Record<string, string>?]>([
    ['of a group', ['offer', { 'group-jid': '1@g.us' }]],
    ['of the owner', ['offer', { 'call-creator': '5491000000000:3@s.whatsapp.net' }]],
    ['that waited while nobody was here', OFFER, { offline: '0' }],
    ['by nobody', ['offer', { 'call-creator': 'nobody' }]],
    ['with an endless id', ['offer', { 'call-id': 'x'.repeat(513) }]],
  ])('is not one %s', (_, step, attrs = {}) => {
    const { calls } = start();
    const stanza = call(step);

    expect(calls.take({ ...stanza, attrs: { ...stanza.attrs, ...attrs } }, ME)).not.toHaveProperty('begun');
    expect(calls.ringing()).toEqual([]);
  });

  it.each(['never', '0', '-1', '8640000000001', '1e300'])(
    'began when it arrived if it says no time (%s), and rings for five minutes at most',
    async (t) => {
      const { calls, clock } = start();
      const stanza = call(OFFER);

      const { begun } = calls.take({ ...stanza, attrs: { id: 'S', from: CALLER, t } }, ME);
      expect(begun?.startedAtMs).toBe(clock.now());
      await clock.advance(300_000);
      expect(calls.ringing()).toEqual([]);
    },
  );

  it('is forgotten when a thousand others begin', () => {
    const { calls } = start();
    for (let at = 0; at < 2_000; at += 1) calls.take(call(OFFER, `C${at}`), ME);

    expect(calls.ringing()).toHaveLength(1_000);
    expect(calls.callerOf('C0')).toBeUndefined();
  });
});
