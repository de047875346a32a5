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

const setting = z
  .strictObject({
    name: z.string(),
    value: z.string().nullable().meta({
      description: 'null for a secret, and where nothing is set and the usual value depends on other settings.',
    }),
    set: z.boolean().meta({ description: 'Whether somebody has set it; otherwise it has its usual value.' }),
    secret: z.boolean().meta({ description: 'Whether its value is never shown.' }),
  })
  .meta({ id: 'Setting' });

/** `GET /config`. */
export const viewSettings = route({
  method: 'get',
  path: '/config',
  scope: 'admin',
  summary: 'List the settings in force',
  description:
    'The settings that the server was started with; in a cluster, those of the node that answers. Values of secrets, and of what may ' +
    'hold one, are never included.',
  answer: z.strictObject({
    success: succeeded,
    data: z.array(setting),
    newerVersion: z.string().nullable().meta({
      description:
        'A version newer than the one that runs, as UPDATE_CHECK_URL says; null if there is none, or without that.',
    }),
  }),
  statuses: { 200: 'The settings, by name.' },
  example: {
    answer: {
      success: true,
      data: [
        { name: 'API_KEY', value: null, set: true, secret: true },
        { name: 'SEND_RATE', value: '20', set: false, secret: false },
      ],
      newerVersion: null,
    },
  },
  errors: [],
  handler: ({ inForce, settings, updates }) =>
    ok({
      newerVersion: updates.newerVersion,
      data: inForce.list().map(({ name, value, isSet, isSecret }) => ({
        name,
        // Somebody may have changed it since.
        value: name === 'DOWNLOAD_MEDIA' ? String(settings.downloadMedia()) : value,
        ...{ set: isSet, secret: isSecret },
      })),
    }),
});
