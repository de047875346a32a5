import { z } from 'zod';
import {
  ANA,
  APP_STATE_ERRORS,
  ownAbout,
  ownName,
  ownProfile,
  privacyChange,
  privacySettings,
} from '../../schemas/account-schemas.ts';
import { CONNECTION_ERRORS } from '../../schemas/chat-schemas.ts';
import { SESSION_REFUSALS, sessionParams, succeeded } from '../../schemas/common.ts';
import { fileField } from '../../files/file-field.ts';
import { ok, route } from '../../route.ts';
import { ownProfileView } from '../../views/account-view.ts';

const done = z.strictObject({ success: succeeded });

const EXAMPLE_PRIVACY = {
  last_seen: 'contacts',
  online: 'match_last_seen',
  profile_picture: 'all',
  about: 'all',
  read_receipts: 'all',
  groups: 'contacts',
  calls: 'all',
  messages: 'all',
};

/** `GET /sessions/:sessionId/profile`. */
export const viewProfile = route({
  method: 'get',
  path: '/sessions/:sessionId/profile',
  scope: 'sessions:read',
  summary: 'Get the profile of the account',
  description: 'Its name, text and picture, as WhatsApp has them now.',
  params: sessionParams,
  refusals: SESSION_REFUSALS,
  answer: z.strictObject({ success: succeeded, data: ownProfile }),
  statuses: { 200: 'The profile.' },
  example: {
    answer: {
      success: true,
      data: {
        ...ANA,
        name: 'Ventas',
        about: { text: 'Lunes a viernes', set_at: '2024-01-15T10:30:00.000Z' },
        picture_url: 'https://pps.whatsapp.net/v/t61.24694-24/picture.jpg',
      },
    },
  },
  errors: CONNECTION_ERRORS,
  handler: async ({ sessions }, { params: { sessionId } }) =>
    ok({ data: ownProfileView(await (await sessions.connection(sessionId)).profile.view()) }),
});

/** `PATCH /sessions/:sessionId/profile`. */
export const changeProfile = route({
  method: 'patch',
  path: '/sessions/:sessionId/profile',
  scope: 'messages:send',
  summary: 'Change the name or the text of the account',
  description: 'Omitted fields stay unchanged. An empty "about" removes the text.',
  params: sessionParams,
  body: z
    .object({ name: ownName.optional(), about: ownAbout.optional() })
    .refine(({ name, about }) => (name ?? about) !== undefined, { path: ['name'], error: 'or "about" is required' }),
  refusals: SESSION_REFUSALS,
  answer: done,
  statuses: { 200: 'WhatsApp has the change.' },
  example: { body: { name: 'Ventas', about: 'Lunes a viernes' }, answer: { success: true } },
  errors: APP_STATE_ERRORS,
  async handler({ sessions }, { params: { sessionId }, body: { name, about } }) {
    const { profile } = await sessions.connection(sessionId);
    if (name !== undefined) await profile.rename(name);
    if (about !== undefined) await profile.setAbout(about);
    return ok({});
  },
});

/** `POST /sessions/:sessionId/profile/picture`. */
export const setPicture = route({
  method: 'post',
  path: '/sessions/:sessionId/profile/picture',
  scope: 'messages:send',
  summary: 'Set the picture of the account',
  description:
    'JPEG, PNG, WebP or GIF, up to 16 MiB, uploaded, in base64 or at a URL, as for a message. It is made square, of 640 pixels.',
  params: sessionParams,
  body: z.object({ file: fileField }),
  files: true,
  refusals: { ...SESSION_REFUSALS, file: 'invalid_file' },
  answer: done,
  statuses: { 200: 'WhatsApp has the picture.' },
  example: { body: { file: { base64: '/9j/4AAQSkZJRgABAQAAAQABAAD/2Q==' } }, answer: { success: true } },
  errors: [...CONNECTION_ERRORS, 'unsupported_media'],
  async handler({ sessions }, { params: { sessionId }, body, files }) {
    // A file at a URL is only fetched for a session that can use it.
    const { profile } = await sessions.connection(sessionId);
    await profile.setPicture(await files.open(body.file));
    return ok({});
  },
});

/** `DELETE /sessions/:sessionId/profile/picture`. */
export const removePicture = route({
  method: 'delete',
  path: '/sessions/:sessionId/profile/picture',
  scope: 'messages:send',
  summary: 'Remove the picture of the account',
  description: 'Also succeeds when there is none.',
  params: sessionParams,
  refusals: SESSION_REFUSALS,
  answer: done,
  statuses: { 200: 'The account has no picture.' },
  example: { answer: { success: true } },
  errors: CONNECTION_ERRORS,
  async handler({ sessions }, { params: { sessionId } }) {
    await (await sessions.connection(sessionId)).profile.removePicture();
    return ok({});
  },
});

/** `GET /sessions/:sessionId/privacy`. */
export const viewPrivacy = route({
  method: 'get',
  path: '/sessions/:sessionId/privacy',
  scope: 'sessions:read',
  summary: 'Get the privacy settings of the account',
  description: 'What others see of the account, and what they may do, in WhatsApp’s words.',
  params: sessionParams,
  refusals: SESSION_REFUSALS,
  answer: z.strictObject({ success: succeeded, data: privacySettings }),
  statuses: { 200: 'The settings.' },
  example: { answer: { success: true, data: EXAMPLE_PRIVACY } },
  errors: CONNECTION_ERRORS,
  handler: async ({ sessions }, { params: { sessionId } }) =>
    ok({ data: await (await sessions.connection(sessionId)).profile.privacy() }),
});

/** `PATCH /sessions/:sessionId/privacy`. */
export const changePrivacy = route({
  method: 'patch',
  path: '/sessions/:sessionId/privacy',
  scope: 'messages:send',
  summary: 'Change privacy settings of the account',
  description:
    'Omitted settings stay unchanged. `contact_blacklist` is all contacts except those chosen on the phone. Each setting is one ' +
    'change: after an error, those before it are made.',
  params: sessionParams,
  body: privacyChange,
  refusals: SESSION_REFUSALS,
  answer: z.strictObject({ success: succeeded, data: privacySettings }),
  statuses: { 200: 'All settings after the change.' },
  example: { body: { last_seen: 'contacts' }, answer: { success: true, data: EXAMPLE_PRIVACY } },
  errors: CONNECTION_ERRORS,
  handler: async ({ sessions }, { params: { sessionId }, body }) =>
    ok({ data: await (await sessions.connection(sessionId)).profile.setPrivacy(body) }),
});
