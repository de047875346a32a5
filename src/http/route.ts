import type { Response } from 'express';
import type { z } from 'zod';
import type { Scope } from '../domain/access.ts';
import type { Recipient } from '../domain/address.ts';
import type { ErrorCode } from '../domain/errors.ts';
import type { LinkPreview, OutgoingFile } from '../domain/outgoing.ts';
import type { SessionId } from '../domain/session-id.ts';
import type { Logger } from '../kit/logger.ts';
import type { MediaFile } from '../ports/media.ts';
import type { Caller } from './access/caller.ts';
import type { Core } from './core.ts';
import type { ConversionTarget } from './files/ffmpeg.ts';
import type { FileSource } from './files/file-field.ts';
import type { FixedContent } from './responses/fixed-content.ts';

/** The typed parameters of a path. */
export interface PathParams {
  sessionId?: SessionId;
  messageId?: string;
  /** Of a callback, or of a dead letter. */
  id?: number;
  /** `…@g.us`. */
  groupId?: string;
  /** `…@newsletter`. */
  channelId?: string;
  /** Of a message in a channel. */
  serverId?: number;
  /** Of an invite link. */
  code?: string;
  /** A group of a community, `…@g.us`. */
  linkedGroupId?: string;
  contactId?: Recipient;
  chatId?: Recipient;
  callId?: string;
  /** Of WhatsApp Business. */
  labelId?: string;
  /** Of an API key. */
  keyId?: string;
  draftId?: string;
  /** Of a receiver besides the main backend. */
  webhookId?: string;
}

/** A response to be sent. `body` is sent as JSON, or as it is when it is a string. */
export interface Reply<Answer = unknown> {
  status: number;
  body: Answer;
  /** A file to send instead of the body. */
  file?: Pick<MediaFile, 'size' | 'open'>;
  /** Sent instead of the body, which it contains. */
  fixed?: FixedContent;
  /**
   * Writes the whole response itself, and resolves when it has ended. An error thrown before the first byte becomes an error
   * response.
   */
  stream?: (res: Response) => Promise<void>;
  headers?: Record<string, string>;
}

/** Opens the files that callers send. */
export interface FileOpener {
  /**
   * The file, on disk until the request is answered. A file at a URL is fetched now.
   * @throws AppError one of {@link FILE_ERRORS}, `storage_unavailable`
   */
  open(source: FileSource): Promise<OutgoingFile>;
  /** What the page of the first address in a text says of itself; `undefined` when there is none, or it fails. */
  preview(text: string): Promise<LinkPreview | undefined>;
  /** A PNG or JPEG as a sticker; any other file as it is. @throws AppError `unsupported_media` */
  sticker(file: OutgoingFile): Promise<OutgoingFile>;
  /** The file in the format in which WhatsApp shows this. @throws AppError `conversion_unavailable`, `unsupported_media` */
  convert(file: OutgoingFile, target: ConversionTarget): Promise<OutgoingFile>;
  /** Checks a URL that will be fetched later. @throws AppError `url_not_allowed` */
  checkUrl(url: string): void;
}

/** A request as its handler sees it. */
interface TypedRequest<Params, Body, Query> {
  params: Params;
  body: Body;
  query: Query;
  files: FileOpener;
  caller: Caller;
  /** Identifies the request in the response and the log. */
  requestId: string;
  /** The id for the message of a request with an `Idempotency-Key`: the same when it is repeated. */
  messageId?: string | undefined;
  /** The body as it came, which is kept only for callers whose messages become drafts. */
  requested?: unknown;
  /** Its `log` writes the request id into each entry. */
  context: { readonly log: Logger };
}

/**
 * A route in one place: its input, output, meaning and handler. Both the server and the OpenAPI document are built from these
 * declarations.
 */
export interface Route<Params extends PathParams = PathParams, Body = unknown, Answer = unknown, Query = unknown> {
  method: 'get' | 'post' | 'patch' | 'delete';
  /** In Express' notation: `/sessions/:sessionId`. */
  path: string;
  /** The scope that a key needs; `none` is public. */
  scope: Scope | 'none';
  /** Whether it needs a key even if the server requires none: what it does would outlive that. */
  needsKey?: boolean;
  /** Whether a browser token grants access too, for its own session. */
  forToken?: boolean;
  /**
   * Whether the route limits itself to the caller's own sessions although its path names none. Otherwise a route without a
   * session in its path is closed to keys that are limited to some sessions.
   */
  ownSessionsOnly?: boolean;
  summary: string;
  description: string;
  /** Parses the path parameters; omitted when there are none. */
  params?: z.ZodType<Params>;
  /** Parses the query parameters; omitted when there are none. Unknown ones are ignored. */
  query?: z.ZodType<Query>;
  /** Parses the JSON body; omitted when the request needs none. */
  body?: z.ZodType<Body>;
  /** The media type of a successful response that is not JSON; {@link ANY_TYPE} when it varies. */
  mediaType?: string;
  /** The schema of every successful response. */
  answer: z.ZodType<Answer>;
  /** The meaning of each successful status. */
  statuses: Record<number, string>;
  /** `bodies` are all bodies worth showing by name, where they differ much. */
  example: {
    query?: Record<string, string>;
    body?: unknown;
    bodies?: Readonly<Record<string, unknown>>;
    answer: Answer;
  };
  /** Error codes for invalid fields, where they differ from `invalid_body` and `invalid_query`. */
  refusals?: Record<string, ErrorCode>;
  /** The errors of this route, besides those that follow from its declaration: {@link errorsOf}. */
  errors: readonly ErrorCode[];
  /** Whether the body may carry a file (`fileField`): it can then be a form, or JSON of up to 32 MiB. */
  files?: boolean;
  /** Whether it is a GET that creates something. `HEAD`, which must not have an effect, is then refused. */
  refusesHead?: boolean;
  /** Whether load balancers and supervisors ask it: it is never refused for its rate. */
  isProbe?: boolean;
  /** Whether it still answers during shutdown. */
  whileEnding?: boolean;
  /**
   * Which node answers: that of the session in the path, if there is one; the same, but any other from the storage while the
   * session is between two nodes; or any.
   */
  answeredBy?: 'owner' | 'owner-or-storage' | 'any-node';
  /**
   * The session whose node answers, where the path names none. Asked after the body was read.
   * @throws AppError if there is no such session for the caller
   */
  sessionOf?(
    core: Core,
    request: Pick<TypedRequest<Params, Body, Query>, 'params' | 'body' | 'caller'>,
  ): SessionId | Promise<SessionId>;
  /** Whom a message goes to; `null` for an action on an earlier one. Set where the limits of a key can be checked. */
  recipientOf?(body: Body): Recipient | null;
  /** Whether an `Idempotency-Key` makes a repeated request return the first answer. */
  idempotent?: boolean;
  handler(core: Core, request: TypedRequest<Params, Body, Query>): Reply<Answer> | Promise<Reply<Answer>>;
}

/** The media type of a stream of events. */
export const EVENT_STREAM = 'text/event-stream';

/** Stands for the media type of a file, which its sender chose. */
export const ANY_TYPE = '*/*';

/** The errors of every route. */
const COMMON_ERRORS = ['internal_error', 'storage_unavailable', 'shutting_down'] as const satisfies ErrorCode[];

/** The errors of routes that require a key. */
const ACCESS_ERRORS = ['unauthorized', 'not_permitted', 'rate_limited'] as const satisfies ErrorCode[];

/** The errors of routes with a body. */
const BODY_ERRORS = [
  'invalid_json',
  'invalid_body',
  'body_too_large',
  'unsupported_media_type',
] as const satisfies ErrorCode[];

/** The errors of routes that accept a file. */
const FILE_ERRORS = [
  'invalid_file',
  'url_not_allowed',
  'url_not_reachable',
  'file_too_large',
] as const satisfies ErrorCode[];

/** The errors of routes that support `Idempotency-Key`. */
const IDEMPOTENCY_ERRORS = [
  'invalid_idempotency_key',
  'idempotency_in_progress',
  'idempotency_mismatch',
] as const satisfies ErrorCode[];

/** The errors of routes that the node of a session answers, where there are several nodes. */
const OWNER_ERRORS = ['session_moving', 'owner_unreachable'] as const satisfies ErrorCode[];

/** All errors that a route can return, each once. */
export function errorsOf(route: Route): ErrorCode[] {
  const { errors, scope, body, files, idempotent } = route;
  const all = [
    ...errors,
    // What needs the connection is refused clearly while somebody has stopped the session.
    ...(errors.includes('session_not_connected') ? (['session_stopped'] as const) : []),
    ...(isOfOwner(route) ? OWNER_ERRORS : []),
    ...(scope === 'none' ? [] : ACCESS_ERRORS),
    ...(body ? BODY_ERRORS : []),
    ...(files ? FILE_ERRORS : []),
    ...(idempotent ? IDEMPOTENCY_ERRORS : []),
    ...COMMON_ERRORS,
  ];
  return [...new Set<ErrorCode>(all)];
}

function isOfOwner(route: Route): boolean {
  const { path, answeredBy = 'owner' } = route;
  return answeredBy === 'owner' && (path.includes('/:sessionId') || route.sessionOf !== undefined);
}

/** Type-checks a declaration: its schemas give the handler its types. */
export function route<Params extends PathParams, Body, Answer, Query>(
  declaration: Route<Params, Body, Answer, Query>,
): Route {
  return declaration;
}

/** The usual reply: 200 with `success: true` in front. */
export function ok<Fields extends object>(fields: Fields): Reply<{ success: true } & Fields> {
  return { status: 200, body: { success: true, ...fields } };
}
