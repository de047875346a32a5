import type { PhoneNumber } from '../../domain/address.ts';
import type { FurtherBodies } from '../../domain/further-event.ts';
import type { SessionId } from '../../domain/session-id.ts';
import { EXAMPLE_ID } from '../schemas/common.ts';

const common = { session_id: EXAMPLE_ID as SessionId, timestamp: '2024-01-15T10:30:00.000Z' };
const juan = { number: '5490987654321' as PhoneNumber, lid: '123456789012345@lid' };
const chat_id = '5490987654321@s.whatsapp.net';
const message_id = '3EB0C767D097B7C7C1A5';
const ofGroup = { ...common, group_id: '120363000000000000@g.us', group_name: 'Reparto', by: juan, offline: false };
const post = { ...common, message_id, message_type: 'text', media_info: {}, from_me: false, offline: false } as const;

/** An example of `data` of each further event. */
export const FURTHER_EXAMPLES: FurtherBodies = {
  'group-update': { ...ofGroup, changes: { subject: 'Reparto zona sur' } },
  'group-participants': { ...ofGroup, action: 'joined', participants: [juan], includes_me: false, by_request: true },
  'group-join-request': { ...ofGroup, action: 'created', method: 'invite_link', participants: [juan] },
  call: {
    ...{ ...common, ...juan, call_id: 'A1B2C3D4E5F60718', state: 'missed', is_video: false },
    ...{ is_group: false, group_id: null, reason: 'timeout', offline: false },
  },
  'status-post': {
    ...{ ...post, message_content: 'Abrimos a las 9', deleted_message_id: null },
    ...{ sender_name: 'Juan Pérez', sender_number: juan.number, sender_lid: juan.lid },
  },
  'channel-message': {
    ...{ ...post, message_content: 'Novedades de enero', channel_id: '120363000000000001@newsletter', server_id: 42 },
  },
  presence: { ...common, ...juan, chat_id, presence: 'composing', last_seen: null },
  'chat-update': { ...common, ...juan, chat_id, change: 'muted', muted_until: 'always', message_id: null },
  'contact-update': { ...common, ...juan, change: 'name', value: 'Juan (proveedor)', username: null },
  'label-update': { ...common, label_id: '7', change: 'created', name: 'Pedido nuevo', color: 2 },
  'label-association': { ...common, ...juan, label_id: '7', change: 'added', chat_id, message_id: null },
  draft: {
    ...{ ...common, draft_id: 'draft_4f9c2e', key_id: 'key_91ab3d', state: 'waiting', to: juan.number, message_id },
    ...{ content: { type: 'text', message: 'Su pedido sale hoy' }, expires_at: '2024-01-16T10:30:00.000Z' },
  },
};
