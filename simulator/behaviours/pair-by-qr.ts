import { proto } from '@whiskeysockets/baileys';

import { bytesOf, childOf, numberOf, type Stanza } from '../kit/stanza.ts';
import type { PairingDesk } from '../pairing/pairing-desk.ts';
import type { PairingOffer } from '../pairing/pairing-offer.ts';
import type { StandingKeys } from '../world/pre-key-shelf.ts';
import type { Behaviour } from './behaviour.ts';

/**
 * Gives refs to clients that are not linked yet, and handles their answers (section 5 of the protocol notes).
 * `refreshes` says whether a client is asked for a new adv secret as soon as it has confirmed its refs.
 */
export function pairByQr(desk: PairingDesk, refreshes: () => boolean): Behaviour {
  return {
    name: 'pair by QR',
    onIntroduction({ devicePairingData }, client) {
      if (!devicePairingData) return false;
      desk.offer(client, registeredKeys(devicePairingData), deviceName(devicePairingData));
      return true;
    },
    onStanza(stanza, client) {
      const offer = desk.offerOf(client);
      if (!offer || !takeAnswer(offer, stanza)) return false;
      if (stanza.attrs.id === offer.iq && refreshes()) desk.refresh(offer);
      return true;
    },
    onClose: (client) => desk.closed(client),
  };
}

function takeAnswer(offer: PairingOffer, stanza: Stanza): boolean {
  if (stanza.tag === 'ack') return takeRefreshAck(offer, stanza);
  return stanza.tag === 'iq' && (takeRefsResult(offer, stanza) || takeSignature(offer, stanza));
}

function takeRefsResult(offer: PairingOffer, { attrs }: Stanza): boolean {
  if (attrs.id !== offer.iq) return false;
  if (offer.state.name === 'offered') offer.confirm();
  return true;
}

/** Only an ack of this notification, with its type, confirms that the client has a new adv secret. */
function takeRefreshAck(offer: PairingOffer, { attrs }: Stanza): boolean {
  const { state } = offer;
  if (state.name !== 'refreshing' || attrs.id !== state.notification) return false;
  if (attrs.class !== 'notification' || attrs.type !== 'companion_reg_refresh') return false;
  offer.confirm();
  return true;
}

function takeSignature({ state }: PairingOffer, stanza: Stanza): boolean {
  if (state.name !== 'signing' || stanza.attrs.id !== state.iq) return false;
  state.settle(bytesOf(childOf(childOf(stanza, 'pair-device-sign'), 'device-identity')));
  return true;
}

function registeredKeys(data: proto.ClientPayload.IDevicePairingRegistrationData): StandingKeys {
  const bytes = (field: Uint8Array | null | undefined): Buffer => Buffer.from(field ?? []);
  const number = (field: Uint8Array | null | undefined): number =>
    numberOf({ tag: 'number', attrs: {}, content: bytes(field) });
  return {
    registrationId: number(data.eRegid),
    identity: bytes(data.eIdent),
    signedPreKey: { id: number(data.eSkeyId), value: bytes(data.eSkeyVal), signature: bytes(data.eSkeySig) },
  };
}

/** What the client calls itself, for the list of linked devices on the phone. */
function deviceName({ deviceProps }: proto.ClientPayload.IDevicePairingRegistrationData): string {
  return proto.DeviceProps.decode(deviceProps ?? Buffer.of()).os ?? '';
}
