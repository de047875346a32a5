import { createHook } from 'node:async_hooks';
import { untilTrue } from '../../harness/until.ts';
import { startWorld, type World } from '../../harness/world.ts';

const NUMBER = '5491100000001';
const MORE = Array.from({ length: 8 }, (_, index) => `549112000000${index}`);

/** The timers of Node that are set and not over, of the whole process. */
class NodeTimers implements Disposable {
  readonly #live = new Set<number>();
  readonly #hook = createHook({
    init: (id, type) => {
      if (type === 'Timeout') this.#live.add(id);
    },
    destroy: (id) => void this.#live.delete(id),
  }).enable();

  get count(): number {
    return this.#live.size;
  }

  [Symbol.dispose](): void {
    this.#hook.disable();
  }
}

async function link(world: World, numbers: readonly string[]): Promise<void> {
  for (const number of numbers) {
    const { sessionId } = await world.link(world.whatsapp.phone(number));
    await world.orchestrator.until(sessionId, { status: 'connected', reconnecting: false });
  }
}

it('idle sessions have no timers of their own', async () => {
  using timers = new NodeTimers();
  await using world = await startWorld();
  await link(world, [NUMBER]);
  const one = timers.count;
  await link(world, MORE);
  // Each session had seven. HTTP sets and ends some at any time, but fewer than one for each session.
  await untilTrue(() => Promise.resolve(timers.count < one + MORE.length));
});
