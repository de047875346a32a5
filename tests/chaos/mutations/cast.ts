import type { Phone } from '../../../simulator/phones/phone.ts';
import type { Group } from '../../../simulator/world/group.ts';
import type { World } from '../../harness/world.ts';

/** Who does something to whom. */
export interface Cast {
  world: World;
  sessionId: string;
  account: Phone;
  /** Strangers, who write to the account. */
  ana: Phone;
  luz: Phone;
  group: Group;
}

/** Something that people, the server or a backend do, so that the simulator sends stanzas to the account. */
export type Doing = (cast: Cast) => unknown;
