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

it('rejects what is still waited for at the end, and a condition that throws', async () => {
  const changes = new Changes();
  const waiting = changes.until(() => false);
  let broken = false;
  const throwing = changes.until(() => {
    if (broken) throw new TypeError('broken');
    return false;
  });

  broken = true;
  changes.announce();
  await expect(throwing).rejects.toThrow('A condition that was waited for threw.');
  changes.end();
  await expect(waiting).rejects.toThrow('The simulator has ended.');
});

it('says what it waited for in vain', async () => {
  const waiting = new Changes().until(() => false, { timeoutMs: 5, what: 'rain' });

  await expect(waiting).rejects.toThrow('The simulator waited 5 ms for rain, and it did not come true.');
});
