import type { NotificationSettings } from '../../../config/notification-settings.ts';
import type { Clock } from '../../../kit/clock.ts';
import { signingKeys, webhookHeaders } from '../../../webhooks/signature.ts';
import type { Channel } from './channel.ts';
import { postTo } from './http-post.ts';

/** Posts notifications as JSON, signed as all webhooks are where there is a secret. */
export function webhookChannel({ url, secret }: NonNullable<NotificationSettings['webhook']>, clock: Clock): Channel {
  const keys = signingKeys(secret);
  return {
    name: 'webhook',
    send({ id: webhookId, payload }) {
      const body = JSON.stringify(payload);
      const content = { webhookId, timestamp: Math.floor(clock.now() / 1_000), body };
      return postTo(
        url,
        { headers: { 'content-type': 'application/json', ...webhookHeaders(content, keys) }, body },
        clock,
      );
    },
  };
}
