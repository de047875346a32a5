import { z } from 'zod';
import { ok, route } from '../../route.ts';
import { succeeded } from '../../schemas/common.ts';

/** `POST /config/download-media`. */
export const downloadMedia = route({
  method: 'post',
  path: '/config/download-media',
  scope: 'admin',
  summary: 'Download the files of incoming messages, or not',
  description: 'Holds for all sessions, from now on and after a restart.',
  body: z.object({ enabled: z.boolean('must be true or false') }),
  answer: z.strictObject({ success: succeeded, enabled: z.boolean() }),
  statuses: { 200: 'The setting as it is now.' },
  example: { body: { enabled: true }, answer: { success: true, enabled: true } },
  errors: [],
  async handler({ settings }, { body }) {
    await settings.setDownloadMedia(body.enabled);
    return ok({ enabled: settings.downloadMedia() });
  },
});
