import { type Scenario } from './scenario.ts';
import { kill } from './scenarios/kill.ts';
import { window } from './scenarios/window.ts';

/** All of them, in the order of docs/chaos.md. */
export const SCENARIOS = [kill, window] as unknown as readonly Scenario[];
