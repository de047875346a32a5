import { proto } from '@whiskeysockets/baileys';
import type { ChatTimer } from '../../domain/chat.ts';
import { leafOf } from './context.ts';
import { unwrap } from './unwrap.ts';

const { EPHEMERAL_SETTING } = proto.Message.ProtocolMessage.Type;
const { DisappearingMode } = proto;

/** A year. WhatsApp's own longest timer is 90 days. */
const MAX_SECONDS = 31_536_000;
/** How far the clock of a phone may be ahead of WhatsApp's. */
const CLOCK_SKEW_MS = 300_000;
/** Some clients give milliseconds where seconds are meant; this many seconds are in the year 5138. */
const MAX_UNIX_SECONDS = 1e11;

/** Whether somebody may have set a timer to so many seconds; 0 is off. */
export function isTimer(seconds: unknown): seconds is number {
  return Number.isSafeInteger(seconds) && Number(seconds) >= 0 && Number(seconds) <= MAX_SECONDS;
}

/** The seconds to which a message sets the timer of its chat; `undefined` when it is no such change, or an absurd one. */
export function timerChange({ protocolMessage }: proto.IMessage): number | undefined {
  const seconds = protocolMessage?.ephemeralExpiration ?? 0;
  return protocolMessage?.type === EPHEMERAL_SETTING && isTimer(seconds) ? seconds : undefined;
}

/**
 * The timer of its chat that a message of `sentAtMs` names: phones change it by a message of its own, and name it in all that
 * disappears. `undefined` when it names none, which says nothing.
 */
export function timerIn(message: proto.IMessage, sentAtMs: number): ChatTimer | undefined {
  const inner = unwrap(message);
  const changed = timerChange(inner);
  if (changed !== undefined) {
    return { seconds: changed, setAtMs: setAt(inner.protocolMessage, sentAtMs) ?? sentAtMs };
  }
  const { leaf } = leafOf(inner);
  const info = typeof leaf === 'string' ? undefined : leaf.contextInfo;
  return isTimer(info?.expiration) ? { seconds: info.expiration, setAtMs: setAt(info, sentAtMs) } : undefined;
}

/** A time in the future would hold for ever, whatever is set later. */
function setAt(
  said: Pick<proto.IContextInfo, 'ephemeralSettingTimestamp'> | null | undefined,
  sentAtMs: number,
): number | null {
  const value = Number(said?.ephemeralSettingTimestamp ?? 0);
  const ms = value > MAX_UNIX_SECONDS ? value : value * 1000;
  return ms > 0 && ms <= sentAtMs + CLOCK_SKEW_MS ? ms : null;
}

/** What a message that disappears says of its chat's timer. */
export function timerContext({ seconds, setAtMs }: ChatTimer): proto.IContextInfo {
  return {
    expiration: seconds,
    ...(setAtMs !== null && { ephemeralSettingTimestamp: Math.floor(setAtMs / 1000) }),
    disappearingMode: {
      initiator: DisappearingMode.Initiator.CHANGED_IN_CHAT,
      trigger: DisappearingMode.Trigger.CHAT_SETTING,
    },
  };
}
