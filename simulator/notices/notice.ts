import { node, type Stanza } from '../kit/stanza.ts';
import type { Owner } from '../world/endpoint.ts';

/** Who a notice is for, whom it is about, and when it is sent. */
export interface NoticeScene {
  /** The account that gets it. */
  readonly to: Owner;
  /** Somebody else: the caller, the business, the member of a group. */
  readonly other: Owner;
  /** Seconds since the Unix epoch. */
  readonly t: number;
}

/** What the server sends rarely, or for reasons that this simulator has not. */
export interface Notice {
  /** Describes it in a sentence. */
  readonly meaning: string;
  /** The stanzas, in their order; ids and times that are missing are added. */
  readonly make: (scene: NoticeScene) => Stanza[];
}

/** WhatsApp's server as it writes itself. */
const FROM_SERVER = 's.whatsapp.net';

/** A notification of the server itself, or of `from`. */
export function notification(type: string, content: Stanza[], from: string = FROM_SERVER): Stanza {
  return node('notification', { type, from }, content);
}
