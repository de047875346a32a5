import type { SessionId } from '../domain/session-id.ts';
import type { SendResult } from '../sessions/outbound.ts';
import type { Caller } from './access/caller.ts';
import type { Core, SessionsApi } from './core.ts';
import { Drafts } from './drafts.ts';
import { isFetching, openRequested } from './open-message.ts';
import { ok, type FileOpener, type Reply } from './route.ts';
import type { RequestedMessage } from './schemas/message-schemas.ts';
import { recipientIn } from './stored-draft.ts';

/** A message as it was asked for, and what is needed to send it. */
export interface SendRequest {
  sessionId: SessionId;
  message: RequestedMessage;
  files: FileOpener;
  requestId: string;
}

/** Sends a message. What it has to fetch is only fetched for a session that can send it. @throws as {@link SessionsApi.send} and `files.open` */
export async function sendRequested(
  sessions: Pick<SessionsApi, 'connection' | 'send'>,
  { sessionId, message, files, requestId }: SendRequest,
): Promise<SendResult> {
  if (isFetching(message)) await sessions.connection(sessionId);
  return sessions.send(sessionId, await openRequested(message, files), requestId);
}

/** The body of an answer to a message. */
interface SentBody {
  success: true;
  messageId: string;
  status: 'sent' | 'pending' | 'draft';
  to: string;
  draftId?: string;
}

/**
 * Sends a message, or stores it as a draft where the key of the caller demands it: `requested` is then the body of a message.
 * @throws as {@link sendRequested} and `Drafts.write`
 */
export async function sendOrDraft(
  core: Core,
  caller: Caller,
  { requested, ...request }: SendRequest & { requested: unknown },
): Promise<Reply<SentBody>> {
  if (!Drafts.areFor(caller)) return ok(await sendRequested(core.sessions, request));
  await core.sessions.view(request.sessionId);
  const { id, messageId, to } = await core.drafts.write(caller, request.sessionId, {
    requested,
    message: request.message,
  });
  return {
    status: 202,
    body: { success: true, messageId, status: 'draft', to: recipientIn({ to }) ?? '', draftId: id },
  };
}
