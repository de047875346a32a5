import { createHook } from 'node:async_hooks';
import { untilTrue } from '../../harness/until.ts';
import { startWorld, type World } from '../../harness/world.ts';

/** The timers of Node that are set and not over, of the whole process. Each is known by where it was set. */
class NodeTimers implements Disposable {
  readonly #live = new Map<number, string>();
  readonly #hook = createHook({
    init: (id, type) => {
      if (type === 'Timeout') this.#live.set(id, new Error('set here').stack ?? '');
    },
    destroy: (id) => void this.#live.delete(id),
  }).enable();

  get places(): string[] {
    return [...this.#live.values()];
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

it('an idle session has no timer of its own: five have as many as one, also when they have logged in again', async () => {
  using timers = new NodeTimers();
  await using world = await startWorld();
  await link(world, ['5491100000001']);
  // Their number falls while what a login sets ends, so an early look finds more of them, not fewer.
  await untilTrue(() => Promise.resolve(timers.places.length <= 12));
  const one = timers.places.length;
  await link(world, ['5491100000002', '5491100000003', '5491100000004', '5491100000005']);
  process.stderr.write(`one: ${one}, now ${timers.places.length}\n${process.env.PLACES ? timers.places.join('\n') : ''}`);
  await untilTrue(() => Promise.resolve(timers.places.length <= one));
});
