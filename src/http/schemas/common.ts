import { z } from 'zod';
import type { CallbackState } from '../../ports/callbacks.ts';
import { parseSessionId } from '../../domain/session-id.ts';
import { typed } from '../typed.ts';

/** A session id for the documentation. */
export const EXAMPLE_ID = 'session_1705312200123_abc123def';

/** A session id. */
export const sessionIdText = z
  .string()
  .transform(typed(parseSessionId, 'is not the id of a session'))
  .meta({ description: 'As returned by GET /generate-qr.', example: EXAMPLE_ID });

/** The path parameters of everything about one session. */
export const sessionParams = z.object({ sessionId: sessionIdText });

const CALLBACK_STATES = ['pending', 'delivered', 'dead', 'unwanted'] as const satisfies readonly CallbackState[];

/** The state of a callback. */
export const callbackState = z
  .enum(CALLBACK_STATES, { error: `must be one of ${CALLBACK_STATES.join(', ')}` })
  .meta({ description: '"dead" was given up; "unwanted" has no endpoint at the backend, or was discarded.' });

const MAX_PAGE = 500;
const DEFAULT_PAGE = 100;
/** A whole number in a query parameter, within these bounds; `error` completes the sentence of the refusal. */
export const wholeNumber = (error: string, min: number, max: number) =>
  z
    .string({ error })
    .regex(/^\d{1,15}$/, error)
    .transform(Number)
    .refine((number) => number >= min && number <= max, error)
    // Documented as the number that it stands for.
    .meta({ type: 'integer', minimum: min, maximum: max, pattern: undefined });

/** The query parameters of every paginated list. */
export const pageQuery = {
  after: wholeNumber('must be a whole number, as an earlier response returned it', 0, Number.MAX_SAFE_INTEGER)
    .default(0)
    .meta({ default: 0, description: 'Returns only what comes after this id or cursor.' }),
  limit: wholeNumber(`must be a whole number from 1 to ${MAX_PAGE}`, 1, MAX_PAGE)
    .default(DEFAULT_PAGE)
    .meta({ default: DEFAULT_PAGE, description: 'The maximum number of results.' }),
};

/** A malformed `sessionId` is refused like an unknown one: callers need not tell them apart. */
export const SESSION_REFUSALS = { sessionId: 'session_not_found' } as const;

/** The first field of every successful response. */
export const succeeded = z.literal(true);

const MAX_NAME = 100;
const NAME_WANTED = `must be a text of at most ${MAX_NAME} printable characters`;
/** Names are printed to terminals, where control characters would be dangerous. */
export const PRINTABLE = /^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]*$/u;

/** A name for people, of a key or a webhook; may be empty. */
export const nameText = z.string(NAME_WANTED).max(MAX_NAME, NAME_WANTED).regex(PRINTABLE, NAME_WANTED);

/** A moment in a body. */
export const timeText = z.iso
  .datetime({ offset: true, error: 'must be a time such as 2024-01-15T10:30:00Z' })
  .pipe(z.coerce.date());

/** The number of a stored thing, in a path. */
export const numberInPath = (description: string, example: number) =>
  z
    .string()
    .regex(/^[1-9]\d{0,14}$/)
    .transform(Number)
    .meta({ description, example, type: 'integer', pattern: undefined });

/** What a list of sessions must be, for a key or a webhook. */
export const SESSIONS_WANTED = 'must be a list of at least one session id, or null for all';
