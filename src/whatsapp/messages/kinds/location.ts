import type { proto } from '@whiskeysockets/baileys';
import type { MessageContent, Place } from '../../../domain/message.ts';
import type { OutgoingPlace } from '../../../domain/outgoing.ts';
import { contentOf, firstText } from '../content.ts';

/** Reads a location, shared once or for a while; `undefined` when `message` is of another kind. */
export function read({ locationMessage, liveLocationMessage }: proto.IMessage): MessageContent | undefined {
  if (locationMessage) {
    const { name, address, comment, contextInfo } = locationMessage;
    const text = firstText(comment, [name, address].filter((part) => part).join(', '));
    return contentOf('location', { text, location: placeOf(locationMessage) }, contextInfo);
  }
  if (liveLocationMessage) {
    const { caption, contextInfo } = liveLocationMessage;
    return contentOf(
      'live_location',
      { text: firstText(caption), location: placeOf(liveLocationMessage) },
      contextInfo,
    );
  }
  return undefined;
}

/** Writes a location. */
export function write({ latitude, longitude, name, address }: OutgoingPlace): proto.IMessage {
  return { locationMessage: { degreesLatitude: latitude, degreesLongitude: longitude, name, address } };
}

function placeOf(place: proto.Message.ILocationMessage): Place {
  return {
    latitude: place.degreesLatitude ?? null,
    longitude: place.degreesLongitude ?? null,
    name: firstText(place.name),
    address: firstText(place.address),
    url: firstText(place.url),
    accuracy_meters: place.accuracyInMeters ?? null,
  };
}
