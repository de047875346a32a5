import { randomBytes } from 'node:crypto';

import { node, type Stanza } from '../kit/stanza.ts';
import type { Notice, NoticeScene } from './notice.ts';

const SOME_GROUP = '120363000000000001@g.us';

/** Signals of calls that have no sound here: how it would travel, and calls of groups. */
export const CALL_NOTICES = {
  'call-preaccept': {
    meaning: 'The other side could take a call.',
    make: (scene) => [signal(scene, 'preaccept', {}, [node('audio', { enc: 'opus', rate: '16000' }), ENCRYPTION])],
  },
  'call-transport': {
    meaning: 'How the other side of a call can be reached.',
    make: (scene) => [
      signal(scene, 'transport', { 'transport-message-type': '0' }, [
        node('te', { priority: '2' }, randomBytes(6)),
        node('net', { medium: '3', protocol: '0' }),
      ]),
    ],
  },
  'call-relaylatency': {
    meaning: 'How far the other side of a call is from a relay.',
    make: (scene) => [
      signal(scene, 'relaylatency', {}, [node('te', { relay_name: 'fbsb8c02', latency: '33554445' }, randomBytes(6))]),
    ],
  },
  'call-mute': {
    meaning: 'The other side of a call is silent on purpose (`mute_v2`).',
    make: (scene) => [signal(scene, 'mute_v2', { 'mute-state': '1' }, [])],
  },
  'group-call': {
    meaning: 'A call of a group begins, which linked devices are only noticed of (`offer_notice`), and ends.',
    make: (scene) => {
      const call = { 'call-id': newCallId(), 'group-jid': SOME_GROUP };
      const offer = { ...call, type: 'group', media: 'video' };
      return [signal(scene, 'offer_notice', offer, []), signal(scene, 'terminate', call, [])];
    },
  },
} as const satisfies Record<string, Notice>;

const ENCRYPTION = node('encopt', { keygen: '2' });

function signal({ other }: NoticeScene, tag: string, attrs: Record<string, string>, content: Stanza[]): Stanza {
  const caller = other.jid('lid');
  const call = { 'call-id': newCallId(), 'call-creator': caller, ...attrs };
  return node('call', { from: caller, version: '2.26.39.72', platform: 'android', notify: other.name, e: '0' }, [
    node(tag, call, content),
  ]);
}

function newCallId(): string {
  return randomBytes(16).toString('hex').toUpperCase();
}
