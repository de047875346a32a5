/** Counts of what has happened since the server started. */
export interface Counters {
  connections: number;
  pairings: number;
  logins: number;
  /** Logins of clients that came by the way that they were told (`edge_routing`). */
  routedLogins: number;
  /** Stanzas received from clients. */
  stanzasIn: number;
  /** Messages that clients sent, each counted once regardless of the number of recipient devices. */
  messagesFromClients: number;
  /** Messages that phones sent, each counted once. */
  messagesFromPhones: number;
  /** Messages that phones received and decrypted. */
  messagesToPhones: number;
  /** Stanzas sent again at a login because the client had not confirmed them. */
  redelivered: number;
  /** Connections that the server ended because a stanza was not acknowledged in time. */
  endedUnacknowledged: number;
  /** Receipts that clients sent. */
  receiptsFromClients: number;
  /** Retry receipts: requests to encrypt a message again, by phones and linked devices. */
  retries: number;
  /** Messages to recipients that this server does not know: channels, foreign groups, unknown numbers. */
  undeliverable: number;
  /** Files that clients uploaded to the media server. */
  uploadsFromClients: number;
  /** Download requests to the media server, whatever the answer. */
  downloadsFromMedia: number;
  /** Requests by clients to have the file of a message uploaded again. */
  mediaRequests: number;
}

/** Returns counters that are all zero. */
export function makeCounters(): Counters {
  return {
    connections: 0,
    pairings: 0,
    logins: 0,
    routedLogins: 0,
    stanzasIn: 0,
    messagesFromClients: 0,
    messagesFromPhones: 0,
    messagesToPhones: 0,
    redelivered: 0,
    endedUnacknowledged: 0,
    receiptsFromClients: 0,
    retries: 0,
    undeliverable: 0,
    uploadsFromClients: 0,
    downloadsFromMedia: 0,
    mediaRequests: 0,
  };
}
