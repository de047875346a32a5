import { Changes } from '../../../simulator/kit/changes.ts';

it('resolves once a fact is true, looked at when something changes', async () => {
  const changes = new Changes();
  let count = 0;
  const reached = changes.until(() => count === 2);

  count = 1;
  changes.announce();
  count = 2;
  changes.announce();

  await expect(reached).resolves.toBeUndefined();
});

it('says what it waited for in vain', async () => {
  const waiting = new Changes().until(() => false, { timeoutMs: 5, what: 'rain' });

  await expect(waiting).rejects.toThrow('The simulator waited 5 ms for rain, and it did not come true.');
});
