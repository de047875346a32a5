import type { Bench } from './bench.ts';
import { backlog } from './benches/backlog.ts';
import { cluster } from './benches/cluster.ts';
import { dashboard } from './benches/dashboard.ts';
import { gateway } from './benches/gateway.ts';
import { growth } from './benches/growth.ts';
import { inbound } from './benches/inbound.ts';
import { latency } from './benches/latency.ts';
import { memory } from './benches/memory.ts';
import { outbound } from './benches/outbound.ts';
import { pairing } from './benches/pairing.ts';
import { postgres } from './benches/postgres.ts';
import { restart } from './benches/restart.ts';
import { soak } from './benches/soak.ts';
import { throughput } from './benches/throughput.ts';

/** Every bench, in the order of execution. */
export const BENCHES = [
  ...[inbound, throughput, latency, outbound],
  ...[memory, restart, pairing, backlog, soak, postgres, cluster, dashboard, growth, gateway],
] as readonly Bench[];
