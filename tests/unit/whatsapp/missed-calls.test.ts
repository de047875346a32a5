import { type BinaryNode } from '@whiskeysockets/baileys';
import { MissedCalls } from '../../../src/whatsapp/receive/missed-calls.ts';
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
  const calls = new MissedCalls(new ManualClock());
  return steps.flatMap((step) => calls.take(call(step), ME) ?? []);
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

  expect(new MissedCalls(new ManualClock()).take(stanza, ME)).toBeUndefined();
});

it.each(['__proto__', 'constructor'])('the id of a call may be %s', (id) => {
  const calls = new MissedCalls(new ManualClock());

  expect(calls.take(call(['terminate'], id), ME)).toMatchObject({ key: { id } });
  expect(calls.take(call(['terminate'], id), ME)).toBeUndefined();
});
