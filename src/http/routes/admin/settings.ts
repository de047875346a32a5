import { z } from 'zod';
import { ok, route } from '../../route.ts';
import { succeeded } from '../../schemas/common.ts';

/** `POST /config/download-media`. */
export const downloadMedia = route({
  method: 'post',
  path: '/config/download-media',
  scope: 'admin',
  summary: 'Turn media downloads on or off',
  description: 'Whether files of incoming messages are downloaded. Applies to all sessions, and survives a restart.',
  body: z.object({ enabled: z.boolean('must be true or false') }),
  answer: z.strictObject({ success: succeeded, enabled: z.boolean() }),
  statuses: { 200: 'The current setting.' },
  example: { body: { enabled: true }, answer: { success: true, enabled: true } },
  errors: [],
  async handler({ settings }, { body }) {
    await settings.setDownloadMedia(body.enabled);
    return ok({ enabled: settings.downloadMedia() });
  },
});
