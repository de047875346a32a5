import { node } from '../kit/stanza.ts';
import { type Notice, notification } from './notice.ts';

const CODE_SECONDS = 600;

/** What the server notifies an account of, by type. Types whose content nobody has published have an empty child. */
export const ACCOUNT_NOTICES = {
  'registration-code': {
    meaning: 'Somebody registers the number on another phone: the code for it (`wa_old_registration`).',
    make: ({ t }) => [
      notification('registration', [
        node('wa_old_registration', { code: '123456', expiry_t: String(t + CODE_SECONDS), device_id: 'nOatww==' }),
      ]),
    ],
  },
  'device-logout': {
    meaning: 'Somebody tries to take the account over on another phone (`device_logout`).',
    make: ({ t }) => [
      notification('registration', [
        node('device_logout', {
          ...{ id: 'nOatww==', t: String(t), device: 'Xiaomi 14' },
          ...{ new_device_platform: 'android', new_device_app_version: '2.26.39.72' },
        }),
      ]),
    ],
  },
  server: {
    meaning: 'A bulletin of the server: the logs of the client are asked for.',
    make: ({ t }) => [notification('server', [node('log', { t: String(t) })])],
  },
  growth: {
    meaning: 'An invitation to invite somebody (`w:growth`).',
    make: ({ other }) => [notification('w:growth', [node('invite', { jid: other.jid('lid') })])],
  },
  psa: {
    meaning: 'An announcement of WhatsApp itself.',
    make: ({ t }) => [notification('psa', [node('campaign', { id: '1', t: String(t) })])],
  },
  waffle: {
    meaning: 'The link of the account to the other services of Meta has changed.',
    make: () => [notification('waffle', [node('state', { value: 'unlinked' })])],
  },
  pay: {
    meaning: 'A transaction of WhatsApp Pay has changed.',
    make: ({ other, t }) => [
      notification('pay', [
        node('transaction', { id: 'PAY', sender: other.jid('pn'), status: 'SUCCESS', ts: String(t) }),
      ]),
    ],
  },
  hosted: {
    meaning: "A business's devices are hosted by Meta from now on.",
    make: ({ other }) => [notification('hosted', [node('state', { value: 'on' })], other.jid('lid'))],
  },
  'unknown-notification': {
    meaning: 'A notification of a type that no client knows yet.',
    make: () => [notification('something_new', [node('news')])],
  },
} as const satisfies Record<string, Notice>;
