import type { proto } from '@whiskeysockets/baileys';
import type { OutgoingEvent } from '../../../domain/outgoing.ts';
import * as location from './location.ts';

/** Writes an event. Its answers are sealed with the message's secret. */
export function write(event: OutgoingEvent): proto.IMessage {
  const { name, description, startAtMs, endAtMs, location: place, joinLink, extraGuests, canceled } = event;
  return {
    eventMessage: {
      name,
      startTime: seconds(startAtMs),
      isCanceled: canceled,
      extraGuestsAllowed: extraGuests,
      ...(description !== null && { description }),
      ...(endAtMs !== null && { endTime: seconds(endAtMs) }),
      ...(joinLink !== null && { joinLink }),
      ...(place && { location: location.write(place).locationMessage ?? null }),
    },
  };
}

function seconds(unixMs: number): number {
  return Math.floor(unixMs / 1000);
}
