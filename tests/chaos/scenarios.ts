import type { Scenario } from './scenario.ts';
import { away } from './scenarios/away.ts';
import { disk } from './scenarios/disk.ts';
import { failover } from './scenarios/failover.ts';
import { group } from './scenarios/group.ts';
import { hostile } from './scenarios/hostile.ts';
import { kill } from './scenarios/kill.ts';
import { cluster } from './scenarios/cluster.ts';
import { deploy } from './scenarios/deploy.ts';
import { connections } from './scenarios/connections.ts';
import { mutations } from './scenarios/mutations.ts';
import { overlap } from './scenarios/overlap.ts';
import { poison } from './scenarios/poison.ts';
import { reconnects } from './scenarios/reconnects.ts';
import { window } from './scenarios/window.ts';

/** All scenarios, in the order of docs/chaos.md. */
export const SCENARIOS = [
  kill,
  window,
  away,
  poison,
  overlap,
  connections,
  mutations,
  reconnects,
  disk,
  group,
  hostile,
  cluster,
  failover,
  deploy,
] as unknown as readonly Scenario[];
