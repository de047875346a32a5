import { z } from 'zod';
import { ok, route } from '../../route.ts';
import { succeeded } from '../../schemas/common.ts';

const SEALED = 'must be the new key as npm run rotate-master-key seals it';
/** Of a sealed key of 32 bytes: nonce, key and tag in base64. */
const SEALED_LENGTH = 80;

/** `POST /config/master-key`. */
export const changeMasterKey = route({
  method: 'post',
  path: '/config/master-key',
  scope: 'admin',
  summary: 'Change the master key of the storage',
  description:
    'For the command "npm run rotate-master-key" while the server runs. "sealed" is the new key, encrypted with the one that ' +
    'the storage has now: who has only a key of the API cannot change it, and who sees the request cannot read it. All data ' +
    'keys are wrapped anew or none. Nothing else waits for it, and nothing that is encrypted with them changes.',
  body: z.object({ sealed: z.string(SEALED).length(SEALED_LENGTH, SEALED).meta({ description: 'Base64.' }) }),
  answer: z.strictObject({
    success: succeeded,
    dataKeys: z.int().nonnegative().meta({ description: 'How many data keys were wrapped anew.' }),
  }),
  statuses: { 200: 'From now on the storage opens with the new key alone.' },
  example: { body: { sealed: 'A'.repeat(SEALED_LENGTH) }, answer: { success: true, dataKeys: 13 } },
  errors: ['storage_not_encrypted', 'wrong_master_key'],
  async handler({ masterKey }, { body }) {
    return ok({ dataKeys: await masterKey.change(body.sealed) });
  },
});
