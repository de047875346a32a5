import { ApiKeys } from '../../../src/http/access/api-keys.ts';
import { systemClock } from '../../../src/kit/clock.ts';
import { silentLogger } from '../../../src/kit/logger.ts';
import { systemRandom } from '../../../src/kit/random.ts';
import { Secret } from '../../../src/kit/secret.ts';
import { KeysInMemory, NO_SETTINGS } from '../../api/keys-in-memory.ts';

it('a key that another node has created or revoked counts once the keys are read anew', async () => {
  const deps = {
    ...{ store: new KeysInMemory(), settings: NO_SETTINGS, pepper: new Secret('pepper') },
    ...{ clock: systemClock, random: systemRandom, log: silentLogger },
  };
  const [here, there] = [await ApiKeys.load(deps), await ApiKeys.load(deps)];
  const { key, text } = await there.create({ name: 'shop', scopes: ['sessions:read'], sessions: null });
  expect(here.callerOf(text.reveal())).toBeUndefined();

  await here.reload();
  const caller = here.callerOf(text.reveal());
  expect(caller?.id).toBe(key.keyId);

  await there.revoke(key.keyId);
  await here.reload();
  expect(here.callerOf(text.reveal())).toBeUndefined();
  expect(caller?.isExpired()).toBe(true);
});
