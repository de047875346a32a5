import { type Bench } from './bench.ts';
import { inbound } from './benches/inbound.ts';
import { memory } from './benches/memory.ts';
import { outbound } from './benches/outbound.ts';
import { pairing } from './benches/pairing.ts';
import { restart } from './benches/restart.ts';

/** Every bench, in the order in which they are run. */
export const BENCHES = [inbound, outbound, memory, restart, pairing] as readonly Bench[];
