import { randomBytes } from 'node:crypto';

import { PairingOffer } from '../../../simulator/pairing/pairing-offer.ts';
import { readQrCode } from '../../../simulator/pairing/qr-code.ts';
import type { Client } from '../../../simulator/transport/client.ts';
import type { StandingKeys } from '../../../simulator/world/pre-key-shelf.ts';

const START_MS = 1_000_000;

function makeOffer(): PairingOffer {
  const times = { refs: 6, firstMs: 60_000, nextMs: 20_000 };
  const facts = { client: undefined as unknown as Client, keys: {} as StandingKeys, deviceName: '' };
  return new PairingOffer({ ...facts, times, nowMs: START_MS });
}

it.each([
  [0, 60_000],
  [1, 80_000],
  [5, 160_000],
])('accepts ref %d until %d ms after the offer', (index, endMs) => {
  const offer = makeOffer();

  expect(offer.refusal(offer.refs[index]!, START_MS + endMs - 1)).toBeUndefined();
  expect(offer.refusal(offer.refs[index]!, START_MS + endMs)).toBe('expired');
});

it('cannot be scanned between a refresh and its confirmation', () => {
  const offer = makeOffer();
  offer.confirm();
  offer.refresh('n1');
  expect(offer.refusal(offer.refs[0]!, START_MS)).toBe('refresh_pending');

  offer.confirm();

  expect(offer.refusal(offer.refs[0]!, START_MS)).toBeUndefined();
});

it('can be scanned once; a client that disconnects instead of signing has refused', async () => {
  const offer = makeOffer();
  const scanned = offer.scanned('iq1', 10_000);

  expect(offer.refusal(offer.refs[1]!, START_MS)).toBe('used');
  offer.lost();

  await expect(scanned).rejects.toMatchObject({ status: 410, reason: 'refused' });
  expect(offer.refusal(offer.refs[1]!, START_MS)).toBe('gone');
});

it('gives up on a client that does not sign', async () => {
  await expect(makeOffer().scanned('iq1', 1)).rejects.toMatchObject({ status: 410, reason: 'no_answer' });
});

it('rejects an illegal transition', () => {
  const offer = makeOffer();
  offer.lost();

  expect(() => offer.refresh('n1')).toThrow('A pairing offer that is gone cannot become refreshing.');
});

it('parses QRs with and without a leading link, and nothing else', () => {
  const keys = [randomBytes(32), randomBytes(32), randomBytes(32)] as const;
  const text = ['2@ref', ...keys.map((key) => key.toString('base64'))].join(',');
  const qr = { ref: '2@ref', noiseKey: keys[0], identity: keys[1], advSecret: keys[2] };

  expect(readQrCode(text)).toEqual(qr);
  expect(readQrCode(`https://wa.me/settings/linked_devices#${text},1`)).toEqual(qr);
  for (const wrong of ['', 'hello', '2@ref,a,b,c', text.slice(5), text.slice(0, -8)]) {
    expect(readQrCode(wrong)).toBeUndefined();
  }
});
