import { startControlServer } from './control/control-server.ts';
import type { SimulatorOptions } from './options.ts';
import { Simulator } from './simulator.ts';
import { createSimulatorComponents } from './components.ts';

const DEFAULT_HOST = '127.0.0.1';

/** Starts a simulator. Rejects with the error of `listen` when one of its ports is taken. */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const { host = DEFAULT_HOST, port = 0, controlPort } = options;
  let address = '';
  const deps = createSimulatorComponents(options, () => address);
  address = await deps.gateway.listen(port, host);
  const simulator = new Simulator(deps);
  if (controlPort === undefined) return simulator;
  try {
    simulator.attachControl(await startControlServer(simulator, { port: controlPort, host }));
    return simulator;
  } catch (error) {
    await simulator[Symbol.asyncDispose]();
    throw error;
  }
}
