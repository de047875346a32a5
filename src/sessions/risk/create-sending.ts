import type { SessionId } from '../../domain/session-id.ts';
import { Outbound, type OutboundDeps } from '../outbound.ts';
import { NewConversations } from '../sending/new-conversations.ts';
import { OwnIds } from '../sending/own-ids.ts';
import { SendPace } from '../sending/send-pace.ts';
import { Slowdowns } from '../sending/slowdown.ts';
import type { SessionManagerDeps } from '../session-manager-deps.ts';
import { SessionRisks } from './session-risks.ts';

/** What sends the messages of every session, limits them, and says what WhatsApp may judge them by. */
export interface Sending {
  outbound: Outbound;
  risks: SessionRisks;
  /** Creates the pace of a session. */
  paceOf: (sessionId: SessionId) => SendPace;
}

/** Creates the parts that all sessions share. */
export function createSending(
  deps: SessionManagerDeps,
  { supervisor, history }: Pick<OutboundDeps, 'supervisor' | 'history'>,
): Sending {
  const { settings, conversations, refusals, sentMessages: sent, metrics, clock, random } = deps;
  const { pace } = settings;
  const limits = { perDay: settings.newConversationsPerDay, warmUp: settings.warmUp };
  const slowdowns = new Slowdowns({ mode: settings.slowdown, refusals, clock });
  const newConversations = new NewConversations({ store: conversations, limits, clock });
  const ownIds = new OwnIds({ sent, scheduled: deps.scheduledMessages });
  return {
    outbound: new Outbound({ sent, newConversations, refusals, ownIds, history, metrics, clock, supervisor }),
    risks: new SessionRisks({ pace, newConversations: limits, conversations, sent, refusals, slowdowns, clock }),
    paceOf: (sessionId) => {
      const divisor = async () => (await slowdowns.of(sessionId)).divisor;
      return new SendPace({ sessionId, limits: pace, sent, clock, random, divisor });
    },
  };
}
