import type { NotificationSettings } from '../../../config/notification-settings.ts';
import type { Clock } from '../../../kit/clock.ts';
import type { Notification } from '../notification.ts';
import type { Channel } from './channel.ts';
import { postTo } from './http-post.ts';

const TAGS: Record<Notification['type'], string> = { attention: 'warning', over: 'white_check_mark', test: 'bell' };
/** A longer message arrives as a file. */
const MAX_BYTES = 4_000;

/** Posts notifications to a topic of ntfy. */
export function ntfyChannel({ url, token }: NonNullable<NotificationSettings['ntfy']>, clock: Clock): Channel {
  return {
    name: 'ntfy',
    send({ type, title, text }) {
      const headers = {
        'content-type': 'text/plain; charset=utf-8',
        title: headerOf(title),
        priority: type === 'attention' ? 'high' : 'default',
        tags: TAGS[type],
        ...(token && { authorization: `Bearer ${token.reveal()}` }),
      };
      return postTo(url, { headers, body: shortened(text) }, clock);
    },
  };
}

/** A header is ASCII: anything else is encoded (RFC 2047), which ntfy reads. */
function headerOf(title: string): string {
  return /^[\x20-\x7e]*$/.test(title) ? title : `=?UTF-8?B?${Buffer.from(title).toString('base64')}?=`;
}

function shortened(text: string): string {
  const { read } = new TextEncoder().encodeInto(text, new Uint8Array(MAX_BYTES));
  return read < text.length ? `${text.slice(0, read)}…` : text;
}
