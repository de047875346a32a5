import { z } from 'zod';
import { fileField } from '../../files/file-field.ts';
import { ok, route } from '../../route.ts';
import { CONNECTION_ERRORS } from '../../schemas/chat-schemas.ts';
import { SESSION_REFUSALS, succeeded } from '../../schemas/common.ts';
import { GROUP_REFUSALS, groupParams } from '../../schemas/group-schemas.ts';

const REFUSALS = { ...SESSION_REFUSALS, ...GROUP_REFUSALS };
const ERRORS = [...CONNECTION_ERRORS, 'group_not_found'] as const;
const done = z.strictObject({ success: succeeded });

/** `GET /sessions/:sessionId/groups/:groupId/picture`. */
export const groupPicture = route({
  method: 'get',
  path: '/sessions/:sessionId/groups/:groupId/picture',
  scope: 'sessions:read',
  summary: 'Get the picture of a group',
  description: 'Returns the URL of the picture at WhatsApp. It expires after a while: fetch the picture soon.',
  params: groupParams,
  refusals: REFUSALS,
  answer: z.strictObject({ success: succeeded, url: z.string() }),
  statuses: { 200: 'The URL of the picture.' },
  example: { answer: { success: true, url: 'https://pps.whatsapp.net/v/t61.24694-24/picture.jpg' } },
  errors: [...ERRORS, 'picture_not_found'],
  async handler({ sessions }, { params: { sessionId, groupId } }) {
    const { contacts } = await sessions.connection(sessionId);
    return ok({ url: await contacts.picture({ kind: 'jid', jid: groupId }) });
  },
});

/** `POST /sessions/:sessionId/groups/:groupId/picture`. */
export const setGroupPicture = route({
  method: 'post',
  path: '/sessions/:sessionId/groups/:groupId/picture',
  scope: 'messages:send',
  summary: 'Set the picture of a group',
  description:
    'JPEG, PNG, WebP or GIF, up to 16 MiB. It is made square, of 640 pixels. In a locked group only admins may do it.',
  params: groupParams,
  body: z.object({ file: fileField }),
  files: true,
  refusals: { ...REFUSALS, file: 'invalid_file' },
  answer: done,
  statuses: { 200: 'The group has the picture.' },
  example: { body: { file: { base64: '/9j/4AAQSkZJRg==' } }, answer: { success: true } },
  errors: [...ERRORS, 'unsupported_media'],
  async handler({ sessions }, { params: { sessionId, groupId }, body, files }) {
    // A file at a URL is only fetched for a session that can use it.
    const { groups } = await sessions.connection(sessionId);
    await groups.setPicture(groupId, await files.open(body.file));
    return ok({});
  },
});

/** `DELETE /sessions/:sessionId/groups/:groupId/picture`. */
export const removeGroupPicture = route({
  method: 'delete',
  path: '/sessions/:sessionId/groups/:groupId/picture',
  scope: 'messages:send',
  summary: 'Remove the picture of a group',
  description: 'In a locked group only admins may do it.',
  params: groupParams,
  refusals: REFUSALS,
  answer: done,
  statuses: { 200: 'The group has no picture.' },
  example: { answer: { success: true } },
  errors: ERRORS,
  async handler({ sessions }, { params: { sessionId, groupId } }) {
    await (await sessions.connection(sessionId)).groups.removePicture(groupId);
    return ok({});
  },
});
