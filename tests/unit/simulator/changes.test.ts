import { Changes } from '../../../simulator/kit/changes.ts';

it('resolves once the condition is true, which it evaluates on every change', async () => {
  const changes = new Changes();
  let count = 0;
  const reached = changes.until(() => count === 2);

  count = 1;
  changes.announce();
  count = 2;
  changes.announce();

  await expect(reached).resolves.toBeUndefined();
});

it('rejects pending waits at the end, and a condition that throws', async () => {
  const changes = new Changes();
  const waiting = changes.until(() => false);
  let broken = false;
  const throwing = changes.until(() => {
    if (broken) throw new TypeError('broken');
    return false;
  });

  broken = true;
  changes.announce();
  await expect(throwing).rejects.toThrow('The awaited condition threw an error.');
  changes.end();
  await expect(waiting).rejects.toThrow('The simulator has ended.');
});

it('names what it waited for when it times out', async () => {
  const waiting = new Changes().until(() => false, { timeoutMs: 5, what: 'rain' });

  await expect(waiting).rejects.toThrow('The simulator timed out after 5 ms waiting for rain.');
});
