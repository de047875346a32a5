import { z } from 'zod';
import { CHAT_NEWS, SHOWN_PRESENCES } from '../../domain/account-news.ts';
import type { PhoneNumber } from '../../domain/address.ts';
import type { FurtherBodies, FurtherEventKind } from '../../domain/further-event.ts';
import { JOIN_METHODS } from '../../domain/group.ts';
import type { SessionId } from '../../domain/session-id.ts';
import { MESSAGE_TYPES } from '../../domain/message.ts';
import { mediaInfo, told } from './callback-schemas.ts';
import { FURTHER_EXAMPLES } from './further-examples.ts';
import type { Schemas } from './schemas.ts';

/** Accepts only a schema that every body of this event matches: `tsc` rejects missing and mistyped fields. */
function bodyOf<Kind extends FurtherEventKind>() {
  return <Body>(schema: z.ZodType<Body> & ([FurtherBodies[Kind]] extends [Body] ? z.ZodType : never)) => schema;
}

const text = z.string();
const maybe = text.nullable();
const time = z.iso.datetime();
// Plain strings on the wire.
const number = maybe as z.ZodType as z.ZodType<PhoneNumber | null>;
const common = { session_id: text as z.ZodType as z.ZodType<SessionId>, timestamp: time };
const whose = { number: maybe, lid: maybe };
const person = z.strictObject({ number, lid: maybe });
const people = z.array(person);

const ofGroup = {
  ...common,
  group_id: text,
  group_name: maybe.meta({ description: 'As far as it is known without asking.' }),
  by: person.nullable().meta({ description: '`null` when WhatsApp names nobody.' }),
  offline: z.boolean().meta({ description: 'Whether it had waited at WhatsApp.' }),
};

const changes = z.strictObject({
  subject: text.optional(),
  description: maybe.optional().meta({ description: '`null` when it was removed.' }),
  announce: z.boolean().optional(),
  locked: z.boolean().optional(),
  member_add: z.enum(['admins', 'everybody']).optional(),
  join_approval: z.boolean().optional(),
  disappearing_seconds: z.number().optional().meta({ description: '0 is off.' }),
  picture: z.enum(['set', 'removed']).optional(),
  invite_link: z.literal('revoked').optional(),
  community_id: maybe.optional(),
  deleted: z.literal(true).optional(),
});

const ofPost = {
  ...common,
  message_id: text,
  message_type: z.enum(MESSAGE_TYPES),
  message_content: maybe.meta({ description: 'The text that a person would read.' }),
  media_info: z.union([mediaInfo, z.strictObject({})]).meta({ description: '`{}` without a file.' }),
  from_me: z.boolean().meta({ description: 'Whether the account itself posted it, with another of its devices.' }),
  offline: z.boolean().meta({ description: 'Whether it had waited at WhatsApp.' }),
};

const members = z.enum(['joined', 'left', 'added', 'removed', 'promoted', 'demoted']);

/** The schema of `data` of further events, and its name in the document. */
const DESCRIBED: Record<FurtherEventKind, { name: string; schema: z.ZodType }> = {
  'group-update': {
    name: 'GroupUpdateData',
    schema: bodyOf<'group-update'>()(z.strictObject({ ...ofGroup, changes, ...told })),
  },
  'group-participants': {
    name: 'GroupParticipantsData',
    schema: bodyOf<'group-participants'>()(
      z.strictObject({
        ...ofGroup,
        action: members,
        participants: people,
        includes_me: z.boolean(),
        by_request: z.boolean().optional(),
        ...told,
      }),
    ),
  },
  'group-join-request': {
    name: 'GroupJoinRequestData',
    schema: bodyOf<'group-join-request'>()(
      z.strictObject({
        ...ofGroup,
        action: z.enum(['created', 'revoked', 'rejected']),
        method: z.enum(JOIN_METHODS).nullable(),
        participants: people,
        ...told,
      }),
    ),
  },
  call: {
    name: 'CallData',
    schema: bodyOf<'call'>()(
      z.strictObject({
        ...{ ...common, number, lid: maybe, call_id: text },
        state: z.enum(['ringing', 'accepted_elsewhere', 'rejected_elsewhere', 'rejected', 'missed', 'ended']),
        is_video: z.boolean().nullable().meta({ description: '`null` when nothing was heard of its beginning.' }),
        is_group: z.boolean(),
        group_id: maybe,
        reason: z.literal('timeout').nullable().meta({ description: '`timeout` for a missed call that rang in vain.' }),
        offline: z.boolean(),
        ...told,
      }),
    ),
  },
  'status-post': {
    name: 'StatusPostData',
    schema: bodyOf<'status-post'>()(
      z.strictObject({
        ...{ ...ofPost, sender_name: maybe, sender_number: maybe, sender_lid: maybe },
        deleted_message_id: maybe.meta({ description: 'The status that this one deletes.' }),
        ...told,
      }),
    ),
  },
  'channel-message': {
    name: 'ChannelMessageData',
    schema: bodyOf<'channel-message'>()(
      z.strictObject({
        ...ofPost,
        channel_id: text.meta({ description: '`…@newsletter`.' }),
        server_id: z.number().nullable().meta({ description: 'The number that WhatsApp gave it in the channel.' }),
        ...told,
      }),
    ),
  },
  'chat-update': {
    name: 'ChatUpdateData',
    schema: bodyOf<'chat-update'>()(
      z.strictObject({
        ...{ ...common, ...whose, chat_id: text, change: z.enum(CHAT_NEWS) },
        muted_until: maybe.meta({ description: 'For `muted`: a time, or `always`.' }),
        message_id: maybe,
        ...told,
      }),
    ),
  },
  'contact-update': {
    name: 'ContactUpdateData',
    schema: bodyOf<'contact-update'>()(
      z.strictObject({
        ...{ ...common, ...whose, change: z.enum(['name', 'picture', 'about']), value: maybe },
        username: maybe.meta({ description: 'Their username, where WhatsApp tells it with a new name; else `null`.' }),
        ...told,
      }),
    ),
  },
  'label-update': {
    name: 'LabelUpdateData',
    schema: bodyOf<'label-update'>()(
      z.strictObject({
        ...{ ...common, label_id: text, change: z.enum(['created', 'changed', 'deleted']) },
        name: maybe.meta({ description: '`null` when it was deleted.' }),
        color: z.number().nullable(),
        ...told,
      }),
    ),
  },
  'label-association': {
    name: 'LabelAssociationData',
    schema: bodyOf<'label-association'>()(
      z.strictObject({
        ...{ ...common, ...whose, label_id: text, change: z.enum(['added', 'removed']), chat_id: text },
        message_id: maybe.meta({ description: '`null` when it is the chat that has the label.' }),
        ...told,
      }),
    ),
  },
  draft: {
    name: 'DraftData',
    schema: bodyOf<'draft'>()(
      z.strictObject({
        ...{ ...common, draft_id: text, key_id: text, state: z.enum(['waiting', 'sent', 'discarded', 'expired']) },
        ...{ to: maybe, message_id: text, expires_at: time },
        content: z
          .looseObject({ type: text })
          .nullable()
          .meta({ description: 'What would be sent, as it was requested; `null` once that is decided.' }),
        ...told,
      }),
    ),
  },
  presence: {
    name: 'PresenceData',
    schema: bodyOf<'presence'>()(
      z.strictObject({
        ...{ ...common, ...whose, chat_id: text, presence: z.enum(SHOWN_PRESENCES), last_seen: time.nullable() },
        ...told,
      }),
    ),
  },
};

/** The component of the document that describes `data` of this event. */
export const dataSchemaName = (kind: FurtherEventKind): string => DESCRIBED[kind].name;

/** Adds them to the components of the document. */
export function addFurtherSchemas(schemas: Schemas): void {
  for (const [kind, { name, schema }] of Object.entries(DESCRIBED)) {
    schemas.add(name, { ...schemas.of(schema, 'output'), examples: [FURTHER_EXAMPLES[kind as FurtherEventKind]] });
  }
}
