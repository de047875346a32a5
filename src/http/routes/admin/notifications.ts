import { z } from 'zod';
import { ok, route } from '../../route.ts';
import { succeeded } from '../../schemas/common.ts';

const outcome = z
  .strictObject({
    channel: z.enum(['webhook', 'email', 'ntfy']),
    accepted: z.boolean(),
    status: z.int().nullable().meta({ description: 'Of the answer that refused it: of HTTP, or of the mail server.' }),
    error: z.string().nullable(),
    durationMs: z.int().nonnegative(),
  })
  .meta({ id: 'NotificationTest' });

/** `POST /notifications/test`. */
export const testNotifications = route({
  method: 'post',
  path: '/notifications/test',
  scope: 'admin',
  summary: 'Send a test notification',
  description:
    'Sends a notification of type "test" once on every channel that is set (NOTIFY_URL, NOTIFY_EMAIL_TO, NTFY_URL), and returns how each ' +
    'receiver answered, after 15 seconds at most. Needs no body.',
  answer: z.strictObject({ success: succeeded, data: z.array(outcome) }),
  statuses: { 200: 'The outcome on each channel; none, where none is set.' },
  example: {
    answer: {
      success: true,
      data: [{ channel: 'email', accepted: true, status: null, error: null, durationMs: 310 }],
    },
  },
  errors: [],
  async handler({ notifications }) {
    const outcomes = await notifications.test();
    return ok({ data: outcomes.map(({ isAccepted: accepted, ...rest }) => ({ accepted, ...rest })) });
  },
});
