import { type Response } from 'express';
import { type z } from 'zod';
import { type Scope } from '../domain/access.ts';
import { type Recipient } from '../domain/address.ts';
import { type ErrorCode } from '../domain/errors.ts';
import { type OutgoingFile } from '../domain/outgoing.ts';
import { type SessionId } from '../domain/session-id.ts';
import { type Logger } from '../kit/logger.ts';
import { type Caller } from './access/caller.ts';
import { type Core } from './core.ts';
import { type FileSource } from './files/file-field.ts';

/** What every route's path may carry. */
export interface PathParams {
  sessionId?: SessionId;
  messageId?: string;
  /** Of a callback. */
  id?: number;
  /** `…@g.us`. */
  groupId?: string;
  contactId?: Recipient;
  /** Of a key. */
  keyId?: string;
}

/** An answer on its way out; `body` is sent as JSON, or as it is when it is a text. */
export interface Reply<Answer = unknown> {
  status: number;
  body: Answer;
  /** The absolute path of a file that is sent instead of the body. */
  file?: string;
  /** Writes the answer itself, in place of the body, and resolves when it is over. What it throws before is a refusal. */
  stream?: (res: Response) => Promise<void>;
  headers?: Record<string, string>;
}

/** Makes files of what callers give. */
export interface FileOpener {
  /**
   * The file, on disk until the request is answered. What is at a URL is fetched now.
   * @throws AppError one of {@link FILE_ERRORS}, `storage_unavailable`
   */
  open(source: FileSource): Promise<OutgoingFile>;
}

/** A request as a handler gets it. */
interface TypedRequest<Params, Body, Query> {
  params: Params;
  body: Body;
  query: Query;
  files: FileOpener;
  caller: Caller;
  /** Tells the request from all others, in the answer and the log. */
  requestId: string;
  /** Carries the request's id. */
  log: Logger;
}

/**
 * One route in one place: what it takes, what it gives, what it means and what it does. The server is
 * built from these, and documentation can be, since nothing about a route is said anywhere else.
 */
export interface Route<Params extends PathParams = PathParams, Body = unknown, Answer = unknown, Query = unknown> {
  method: 'get' | 'post' | 'patch' | 'delete';
  /** As Express writes it: `/sessions/:sessionId`. */
  path: string;
  /** What a key must be allowed to do for it; `none` is answered without any key. */
  scope: Scope | 'none';
  /** Whether a browser's token opens it too, for the one session of the token. */
  forToken?: boolean;
  /**
   * Whether it shows each caller his own sessions alone, though its path names none. Without it, and without a session in
   * the path, keys of some sessions are refused.
   */
  ownSessionsOnly?: boolean;
  summary: string;
  description: string;
  /** Turns the text of the path into typed values; left out when the path carries none. */
  params?: z.ZodType<Params>;
  /** Turns the parameters behind the `?` into typed values; left out when there are none. Unknown ones are ignored. */
  query?: z.ZodType<Query>;
  /** Turns the JSON body into typed values; left out when the request needs no body. */
  body?: z.ZodType<Body>;
  /** The media type of a successful answer that is not JSON; `ANY_TYPE` where only the answer itself knows. */
  mediaType?: string;
  /** The form of every successful answer. */
  answer: z.ZodType<Answer>;
  /** What each status that comes with this form means. */
  statuses: Record<number, string>;
  example: { query?: Record<string, string>; body?: unknown; answer: Answer };
  /** The code for a field of the wrong form, where it is not `invalid_body` or `invalid_query`. */
  refusals?: Record<string, ErrorCode>;
  /** What this route can refuse, beside what follows from its declaration: {@link errorsOf}. */
  errors: readonly ErrorCode[];
  /** Whether a file may come along (`fileField`): the body may then be a form, or 32 MiB of JSON. */
  files?: boolean;
  /** Whether it is answered also while the server ends. */
  whileEnding?: boolean;
  /** Whether an `Idempotency-Key` makes a repetition give the first answer. */
  idempotent?: boolean;
  handler(core: Core, request: TypedRequest<Params, Body, Query>): Reply<Answer> | Promise<Reply<Answer>>;
}

/** The media type of an answer that goes on until one side ends it. */
export const EVENT_STREAM = 'text/event-stream';

/** The media type of a file that somebody sent. */
export const ANY_TYPE = '*/*';

/** What any route can refuse. */
const COMMON_ERRORS = ['internal_error', 'storage_unavailable', 'shutting_down'] as const satisfies ErrorCode[];

/** What any route that needs a key can refuse. */
const ACCESS_ERRORS = ['unauthorized', 'not_permitted', 'rate_limited'] as const satisfies ErrorCode[];

/** What any route that takes a body can refuse. */
const BODY_ERRORS = [
  'invalid_json',
  'invalid_body',
  'body_too_large',
  'unsupported_media_type',
] as const satisfies ErrorCode[];

/** What any route that takes a file can refuse. */
const FILE_ERRORS = [
  'invalid_file',
  'url_not_allowed',
  'url_not_reachable',
  'file_too_large',
] as const satisfies ErrorCode[];

/** What any route that knows `Idempotency-Key` can refuse. */
const IDEMPOTENCY_ERRORS = [
  'invalid_idempotency_key',
  'idempotency_in_progress',
  'idempotency_mismatch',
] as const satisfies ErrorCode[];

/** Everything that a route can refuse, each code once. */
export function errorsOf({ errors, scope, body, files, idempotent }: Route): ErrorCode[] {
  const all = [
    ...errors,
    ...(scope === 'none' ? [] : ACCESS_ERRORS),
    ...(body ? BODY_ERRORS : []),
    ...(files ? FILE_ERRORS : []),
    ...(idempotent ? IDEMPOTENCY_ERRORS : []),
    ...COMMON_ERRORS,
  ];
  return [...new Set<ErrorCode>(all)];
}

/** Checks a declaration as it is written; its schemas give the handler its types. */
export function route<Params extends PathParams, Body, Answer, Query>(
  declaration: Route<Params, Body, Answer, Query>,
): Route {
  return declaration;
}

/** The usual answer: 200 with `success: true` in front. */
export function ok<Fields extends object>(fields: Fields): Reply<{ success: true } & Fields> {
  return { status: 200, body: { success: true, ...fields } };
}
