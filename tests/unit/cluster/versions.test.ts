import { Versions } from '../../../src/cluster/versions.ts';
import { silentLogger } from '../../../src/kit/logger.ts';

it('what other nodes have changed is read anew once, and again after a failure', async () => {
  const read: string[] = [];
  let isAway = false;
  const reload = (what: string) => () => {
    if (isAway) return Promise.reject(new Error('The database is away'));
    read.push(what);
    return Promise.resolve();
  };
  const versions = new Versions({ keys: reload('keys'), settings: reload('settings') }, silentLogger);

  await versions.saw({ keys: 1, settings: 1 });
  await versions.saw({ keys: 1, settings: 1 });
  expect(read).toEqual(['keys', 'settings']);

  isAway = true;
  await versions.saw({ keys: 2, settings: 1 });
  isAway = false;
  await versions.saw({ keys: 2, settings: 1 });
  await versions.saw({ keys: 2, settings: 1 });
  expect(read).toEqual(['keys', 'settings', 'keys']);
});
