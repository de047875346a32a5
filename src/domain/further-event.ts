import type { CallFields } from './call.ts';
import type { ChatUpdateFields, ContactUpdateFields, PresenceFields } from './account-news.ts';
import type { DraftFields } from './draft-event.ts';
import { EVENT_KINDS, type EventKind } from './event.ts';
import type { GroupJoinRequestFields, GroupParticipantsFields, GroupUpdateFields } from './group-event.ts';
import type { LabelAssociationFields, LabelUpdateFields } from './label.ts';
import type { ChannelMessageFields, StatusPostFields } from './post.ts';
import type { SessionId } from './session-id.ts';

/** What all further events tell. Whatever else comes from the network is hostile: whoever makes the event bounds it. */
export interface FurtherBody {
  session_id: SessionId;
  /** ISO 8601. */
  timestamp: string;
}

/** The body of each kind of further event, which is described beside the part of the domain that it belongs to. */
export interface FurtherBodies {
  'group-update': FurtherBody & GroupUpdateFields;
  'group-participants': FurtherBody & GroupParticipantsFields;
  'group-join-request': FurtherBody & GroupJoinRequestFields;
  call: FurtherBody & CallFields;
  'status-post': FurtherBody & StatusPostFields;
  'channel-message': FurtherBody & ChannelMessageFields;
  presence: FurtherBody & PresenceFields;
  'chat-update': FurtherBody & ChatUpdateFields;
  'contact-update': FurtherBody & ContactUpdateFields;
  'label-update': FurtherBody & LabelUpdateFields;
  'label-association': FurtherBody & LabelAssociationFields;
  draft: FurtherBody & DraftFields;
}

/** The name of a further event. */
export type FurtherEventKind = keyof FurtherBodies;

/**
 * An event that only further webhooks receive, never the main backend: the seed has five kinds, numbered without gaps, and these take
 * none of their numbers.
 */
export type FurtherEvent = { [Kind in FurtherEventKind]: { kind: Kind; body: FurtherBodies[Kind] } }[FurtherEventKind];

/** The name of any event that a webhook may receive. */
export type AnyEventKind = EventKind | FurtherEventKind;

/** Which webhooks receive a kind: also those that receive all events, or only those that name it. */
type Audience = 'all' | 'where named';

/** Chatty or private ones must be named. */
const AUDIENCES: Readonly<Record<FurtherEventKind, Audience>> = {
  'group-update': 'all',
  'group-participants': 'all',
  'group-join-request': 'all',
  call: 'all',
  presence: 'where named',
  'chat-update': 'all',
  'contact-update': 'all',
  'label-update': 'all',
  'label-association': 'all',
  'status-post': 'where named',
  'channel-message': 'where named',
  draft: 'where named',
};

/** The names of all further events. */
const FURTHER_EVENT_KINDS = Object.keys(AUDIENCES) as readonly FurtherEventKind[];

/** The names of all events that a webhook may receive. */
export const ALL_EVENT_KINDS: readonly AnyEventKind[] = [...EVENT_KINDS, ...FURTHER_EVENT_KINDS];

/** The kinds that a webhook does not receive when it names none. */
export const ONLY_WHERE_NAMED: ReadonlySet<AnyEventKind> = new Set(
  FURTHER_EVENT_KINDS.filter((kind) => AUDIENCES[kind] === 'where named'),
);

/** The further events of a webhook that names these events, or none (`null`). */
export function furtherKindsOf(events: readonly AnyEventKind[] | null): readonly FurtherEventKind[] {
  return FURTHER_EVENT_KINDS.filter((kind) => (events ? events.includes(kind) : !ONLY_WHERE_NAMED.has(kind)));
}

/** Whether only further webhooks receive it. */
export function isFurther(kind: AnyEventKind): kind is FurtherEventKind {
  return kind in AUDIENCES;
}
