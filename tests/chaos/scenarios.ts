import { type Scenario } from './scenario.ts';
import { kill } from './scenarios/kill.ts';

/** All of them, in the order of docs/chaos.md. */
export const SCENARIOS = [kill] as unknown as readonly Scenario[];
