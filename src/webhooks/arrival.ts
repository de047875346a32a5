/** How two neighbouring fields look in the JSON of a message's body. Within a text, their quotes would be escaped. */
const ARRIVAL = /,"timestamp":"([^"\\]+)","offline":(true|false)/;

/** When a message was sent, by WhatsApp's clock, and whether it waited there for us. */
export interface Arrival {
  sentAtMs: number;
  offline: boolean;
}

/** What the JSON of a message's body says of its arrival, without parsing all of it; `null` when it says nothing. */
export function arrivalIn(body: string): Arrival | null {
  const [, timestamp = '', offline] = ARRIVAL.exec(body) ?? [];
  return offline === undefined ? null : { sentAtMs: Date.parse(timestamp), offline: offline === 'true' };
}
