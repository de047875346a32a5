/** What the server has done since it started; each a count of occurrences. */
export interface Counters {
  connections: number;
  pairings: number;
  logins: number;
  /** Stanzas that were received from clients. */
  stanzasIn: number;
  /** Messages that clients sent, each once however many devices it is for. */
  messagesFromClients: number;
  /** Messages that phones sent, each once. */
  messagesFromPhones: number;
  /** Messages that a phone has received and decrypted. */
  messagesToPhones: number;
  /** Stanzas that were sent before and are sent again at a login. */
  redelivered: number;
  /** Receipts that clients sent. */
  receiptsFromClients: number;
  /** Times that a phone or a linked device asked to have a message encrypted anew. */
  retries: number;
  /** Messages to somebody whom this server does not know: channels, foreign groups, unknown numbers. */
  undeliverable: number;
  /** Files that clients put on the media server. */
  uploadsFromClients: number;
  /** Times that somebody asked the media server for a file, whatever the answer was. */
  downloadsFromMedia: number;
  /** Times that a client asked to have the file of a message put up again. */
  mediaRequests: number;
}

/** All counts at zero. */
export function makeCounters(): Counters {
  return {
    connections: 0,
    pairings: 0,
    logins: 0,
    stanzasIn: 0,
    messagesFromClients: 0,
    messagesFromPhones: 0,
    messagesToPhones: 0,
    redelivered: 0,
    receiptsFromClients: 0,
    retries: 0,
    undeliverable: 0,
    uploadsFromClients: 0,
    downloadsFromMedia: 0,
    mediaRequests: 0,
  };
}
