/** The type of a message, and its length without that. */
const HEAD = 5;

/**
 * A place in a stream of PostgreSQL's protocol, after its start-up: so many messages from now, and so many bytes of the next one. For
 * `Break.reached` of `TcpRelay`.
 */
export function afterMessages(messages: number, bytes = 0): (chunk: Buffer) => number | undefined {
  let messagesLeft = messages;
  /** Of the current message. */
  let head = Buffer.alloc(0);
  let bodyLeft = 0;
  let bytesLeft = bytes;
  return (chunk) => {
    let at = 0;
    while (messagesLeft > 0 && at < chunk.length) {
      if (head.length < HEAD) {
        const more = chunk.subarray(at, at + HEAD - head.length);
        head = Buffer.concat([head, more]);
        at += more.length;
        if (head.length < HEAD) break;
        bodyLeft = head.readInt32BE(1) - 4;
      }
      const body = Math.min(bodyLeft, chunk.length - at);
      bodyLeft -= body;
      at += body;
      if (bodyLeft > 0) break;
      head = Buffer.alloc(0);
      messagesLeft -= 1;
    }
    if (messagesLeft > 0) return undefined;
    if (chunk.length - at < bytesLeft) {
      bytesLeft -= chunk.length - at;
      return undefined;
    }
    return at + bytesLeft;
  };
}
