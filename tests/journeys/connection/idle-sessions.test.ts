import { createHook } from 'node:async_hooks';
import { queryObjects } from 'node:v8';
import { BaileysConnection } from '../../../src/whatsapp/connection/connection.ts';
import { untilTrue } from '../../harness/until.ts';
import { startWorld, type World } from '../../harness/world.ts';

const NUMBER = '5491100000001';
const NUMBERS = Array.from({ length: 4 }, (_, index) => `549112000000${index}`);
const AS_MANY = NUMBERS.map((number) => `${number}0`);

/** Who sets timers that have nothing to do with sessions: HTTP, Jest, and a test that waits. */
const OF_OTHERS = /node:_http|deps\/undici|node_modules\/@?jest|harness\/until\.ts/;

/** The timers of Node that the product and its packages have set, and that are not over. */
class NodeTimers implements Disposable {
  readonly #live = new Set<number>();
  readonly #hook = createHook({
    init: (id, type) => {
      if (type === 'Timeout' && !OF_OTHERS.test(new Error().stack ?? '')) this.#live.add(id);
    },
    destroy: (id) => void this.#live.delete(id),
  }).enable();
  readonly #stackTraceLimit = Error.stackTraceLimit;

  constructor() {
    Error.stackTraceLimit = 30;
  }

  get count(): number {
    return this.#live.size;
  }

  [Symbol.dispose](): void {
    this.#hook.disable();
    Error.stackTraceLimit = this.#stackTraceLimit;
  }
}

async function link(world: World, numbers: readonly string[]): Promise<void> {
  for (const number of numbers) {
    const { sessionId } = await world.link(world.whatsapp.phone(number));
    await world.orchestrator.until(sessionId, { status: 'connected', reconnecting: false });
  }
}

/** How many there are in this process. Node collects all garbage before it counts. */
function connections(): number {
  return queryObjects(BaileysConnection, { format: 'count' });
}

it('a connection that is over is not kept by what Baileys has left running', async () => {
  // Those of earlier tests, of which some become fewer for 20 s.
  const others = connections();
  await using world = await startWorld();
  const { sessionId } = await world.link(world.whatsapp.phone(NUMBER));
  for (let time = 0; time < 3; time += 1) {
    const { logins } = world.whatsapp.stats();
    world.whatsapp.fault('cut', { number: NUMBER });
    await world.fastForwardUntil(world.whatsapp.until((whatsapp) => whatsapp.stats().logins > logins));
    await world.orchestrator.until(sessionId, { status: 'connected', reconnecting: false });
  }
  // The current one, and for some seconds the one before.
  await untilTrue(() => Promise.resolve(connections() <= others + 2));
});

it('idle sessions have no timers: four share one with everything else, and so do eight', async () => {
  using timers = new NodeTimers();
  await using world = await startWorld();
  await link(world, NUMBERS);
  // What a login sets is over soon.
  await untilTrue(() => Promise.resolve(timers.count === 1));
  await link(world, AS_MANY);
  await untilTrue(() => Promise.resolve(timers.count === 1));
});
