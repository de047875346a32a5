import { basename } from 'node:path';
import { z } from 'zod';
import type { MediaFile } from '../../../ports/media.ts';
import type { SessionId } from '../../../domain/session-id.ts';
import type { Core } from '../../core.ts';
import { fileHeaders } from '../../responses/file-headers.ts';
import { ANY_TYPE, route } from '../../route.ts';
import { SESSION_REFUSALS, sessionIdText } from '../../schemas/common.ts';

/** WhatsApp's own ids have about 20 characters, but senders choose theirs freely. */
const MAX_ID_LENGTH = 512;

const params = z.object({
  sessionId: sessionIdText,
  messageId: z.string().min(1).max(MAX_ID_LENGTH).meta({ description: 'As in the callback of the message.' }),
});

/** `GET /sessions/:sessionId/messages/:messageId/media`. */
export const messageMedia = route({
  method: 'get',
  path: '/sessions/:sessionId/messages/:messageId/media',
  scope: 'sessions:read',
  summary: 'Download the file of a message',
  description:
    'Returns the file as it was sent, or the requested range. A file that is not on disk is downloaded from WhatsApp first, ' +
    'even without DOWNLOAD_MEDIA; after 60 seconds the response is "whatsapp_timeout", and the download continues. A file on ' +
    'disk is returned even if its session has been deleted. With MEDIA_S3_BUCKET, files are in that bucket instead.',
  params,
  refusals: { ...SESSION_REFUSALS, messageId: 'message_not_found' },
  mediaType: ANY_TYPE,
  answer: z
    .custom<Uint8Array | null>((bytes) => bytes === null || ArrayBuffer.isView(bytes))
    .meta({ description: 'The bytes of the file.' }),
  statuses: { 200: 'The file.', 206: 'The requested range.' },
  example: { answer: null },
  errors: [
    'session_not_found',
    'message_not_found',
    'media_not_available',
    'media_expired',
    'range_not_satisfiable',
    'media_too_large',
    'media_not_fetched',
    'media_store_unavailable',
    'whatsapp_timeout',
  ],
  async handler(core, { params: { sessionId, messageId } }) {
    const file = await fileOf(core, sessionId, messageId);
    const headers = fileHeaders(file, basename(file.path));
    return { status: 200, body: null, file, headers };
  },
});

async function fileOf({ media, sessions }: Core, sessionId: SessionId, messageId: string): Promise<MediaFile> {
  const stored = await media.stored(sessionId, messageId);
  if (stored) return stored;
  // Refuses an unknown session.
  await sessions.view(sessionId);
  return media.fetched(sessionId, messageId);
}
