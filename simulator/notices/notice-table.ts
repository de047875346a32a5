import { ACCOUNT_NOTICES } from './account-notices.ts';
import { BUSINESS_NOTICES } from './business-notices.ts';
import { CALL_NOTICES } from './call-notices.ts';
import { CHANNEL_NOTICES } from './channel-notices.ts';
import { LOGIN_NOTICES } from './login-notices.ts';
import { MESSAGE_NOTICES } from './message-notices.ts';
import type { Notice } from './notice.ts';
import { RECEIPT_NOTICES } from './receipt-notices.ts';

/** All notices, by name. */
export const NOTICES = {
  ...LOGIN_NOTICES,
  ...ACCOUNT_NOTICES,
  ...BUSINESS_NOTICES,
  ...CHANNEL_NOTICES,
  ...MESSAGE_NOTICES,
  ...RECEIPT_NOTICES,
  ...CALL_NOTICES,
} as const satisfies Record<string, Notice>;

/** A name of {@link NOTICES}. */
export type NoticeName = keyof typeof NOTICES;

/** Whether `name` is one of {@link NOTICES}. */
export function isNoticeName(name: string): name is NoticeName {
  return Object.hasOwn(NOTICES, name);
}
