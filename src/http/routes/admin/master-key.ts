import { z } from 'zod';
import { ok, route } from '../../route.ts';
import { succeeded } from '../../schemas/common.ts';

const SEALED = 'must be the new key, sealed by npm run rotate-master-key';
/** The length of a sealed 32-byte key: nonce, key and tag in base64. */
const SEALED_LENGTH = 80;

/** `POST /config/master-key`. */
export const changeMasterKey = route({
  method: 'post',
  path: '/config/master-key',
  scope: 'admin',
  summary: 'Change the master key of the storage',
  description:
    'Used by the command "npm run rotate-master-key" while the server is running. "sealed" is the new key, encrypted with the ' +
    'current one: an API key alone is not enough to change it, and nobody who sees the request can read it. Either all data ' +
    'keys are rewrapped or none. Other requests do not wait, and the encrypted data itself does not change.',
  body: z.object({ sealed: z.string(SEALED).length(SEALED_LENGTH, SEALED).meta({ description: 'Base64.' }) }),
  answer: z.strictObject({
    success: succeeded,
    dataKeys: z.int().nonnegative().meta({ description: 'The number of data keys that were rewrapped.' }),
  }),
  statuses: { 200: 'From now on only the new key opens the storage.' },
  example: { body: { sealed: 'A'.repeat(SEALED_LENGTH) }, answer: { success: true, dataKeys: 13 } },
  errors: ['storage_not_encrypted', 'wrong_master_key', 'nodes_lack_master_key'],
  async handler({ masterKey }, { body }) {
    return ok({ dataKeys: await masterKey.change(body.sealed) });
  },
});
