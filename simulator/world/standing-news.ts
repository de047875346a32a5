import { randomUUID } from 'node:crypto';

import { node, SERVER } from '../kit/stanza.ts';
import type { Account } from './account.ts';

/** What the server says of a timelock, as clients read it in `w:mex`; `null` when it does not say. */
export function timelockData({ timelock }: Account['standing'], nowMs: number): object | null {
  if (timelock?.isSecret === true) return null;
  const { untilMs, enforcement = 'DEFAULT' } = timelock ?? { untilMs: 0 };
  if (untilMs <= nowMs) return { is_active: false };
  return { is_active: true, time_enforcement_ends: seconds(untilMs), enforcement_type: enforcement };
}

/** What the server says of the limit of new chats; a quota of -1 is none. */
export function capData({ cap, used, cappingStatus }: Account['standing'], nowMs: number): object {
  return {
    total_quota: cap?.limit ?? -1,
    used_quota: used,
    cycle_start_timestamp: seconds(nowMs),
    cycle_end_timestamp: seconds(cap?.resetsAtMs ?? 0),
    server_sent_timestamp: seconds(nowMs),
    ote_status: 'NOT_ELIGIBLE',
    mv_status: 'NOT_ELIGIBLE',
    capping_status: cappingStatus,
  };
}

/** Notifies the linked devices that the account's timelock is another. */
export function tellTimelock(account: Account, nowMs: number): void {
  const data = { xwa2_notify_account_reachout_timelock: timelockData(account.standing, nowMs) };
  tell(account, 'NotificationUserReachoutTimelockUpdate', JSON.stringify({ data }), nowMs);
}

/** Notifies the linked devices how far the account has got with its new chats. */
export function tellCap(account: Account, nowMs: number): void {
  const data = { xwa2_notify_new_chat_messages_capping_info_update: capData(account.standing, nowMs) };
  tell(account, 'MessageCappingInfoNotification', JSON.stringify({ data }), nowMs);
}

/** Sends a `mex` notification with this text to the linked devices. */
export function tell(account: Account, operation: string, text: string, nowMs: number): void {
  const update = node('update', { op_name: operation }, Buffer.from(text));
  const attrs = { from: SERVER, type: 'mex', t: seconds(nowMs) };
  for (const device of account.linked.values()) {
    device.deliver(node('notification', { id: randomUUID(), ...attrs }, [update]));
  }
}

function seconds(ms: number): string {
  return String(Math.floor(ms / 1000));
}
