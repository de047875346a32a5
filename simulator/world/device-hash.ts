import { createHash } from 'node:crypto';

import type { Addressing } from './address.ts';
import type { Endpoint } from './endpoint.ts';

const HASH_BYTES = 6;

/** The hash of a set of devices, as attributes name it (`phash`, `device_hash`, `dhash`): clients compute it from what they know. */
export function deviceHash(devices: readonly Endpoint[], addressing: Addressing): string {
  const names = devices.map((device) => device.jid(addressing).replace(/^(\d+)(?::(\d+))?@/, written));
  const hash = createHash('sha256').update(names.sort().join('')).digest().subarray(0, HASH_BYTES);
  return `2:${hash.toString('base64')}`;
}

/** With an agent, which is 0 for everybody, and the device. */
function written(_jid: string, user: string, device = '0'): string {
  return `${user}.0:${device}@`;
}
