import { type proto } from '@whiskeysockets/baileys';

import { type Changes } from '../kit/changes.ts';
import { bytesOf, childOf, numberOf, type Stanza } from '../kit/stanza.ts';
import { type PairingDesk } from '../pairing/pairing-desk.ts';
import { type PairingOffer } from '../pairing/pairing-offer.ts';
import { type StandingKeys } from '../world/pre-key-shelf.ts';
import { type Behaviour } from './behaviour.ts';

/** Gives refs to clients that are not linked yet, and takes their answers (section 5 of the protocol notes). */
export function pairByQr(desk: PairingDesk, changes: Changes, refreshes: () => boolean): Behaviour {
  return {
    name: 'pair by QR',
    onIntroduction({ devicePairingData }, client) {
      if (!devicePairingData) return false;
      desk.offer(client, registeredKeys(devicePairingData));
      changes.announce();
      return true;
    },
    onStanza(stanza, client) {
      const offer = desk.offerOf(client);
      if (!offer || !takeAnswer(offer, stanza)) return false;
      if (stanza.attrs.id === offer.iq && refreshes()) desk.refresh(offer);
      changes.announce();
      return true;
    },
    onClose: (client) => desk.closed(client),
  };
}

function takeAnswer(offer: PairingOffer, stanza: Stanza): boolean {
  const { state } = offer;
  const { id, class: about, type } = stanza.attrs;
  if (stanza.tag === 'iq' && id === offer.iq) {
    if (state.name === 'offered') offer.confirm();
    return true;
  }
  if (stanza.tag === 'ack' && about === 'notification' && state.name === 'refreshing') {
    const confirmed = id === state.notification && type === 'companion_reg_refresh';
    if (confirmed) offer.confirm();
    return confirmed;
  }
  if (stanza.tag !== 'iq' || state.name !== 'signing' || id !== state.iq) return false;
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
