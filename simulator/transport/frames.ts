/** The header that opens a connection: "WA", protocol 6, dictionary 3. */
export const INTRO = Buffer.from([0x57, 0x41, 6, 3]);

const ROUTING_MARK = 0x45;
const ROUTING_HEAD_BYTES = 7;
const LENGTH_BYTES = 3;

/** Prefixes `payload` with its length in three big-endian bytes. */
export function frame(payload: Uint8Array): Buffer {
  const head = Buffer.alloc(LENGTH_BYTES);
  head.writeUIntBE(payload.byteLength, 0, LENGTH_BYTES);
  return Buffer.concat([head, payload]);
}

/**
 * Splits what a client sends into frames, regardless of the boundaries of WebSocket messages. The first bytes are the
 * intro header, optionally preceded by routing information.
 */
export class FrameReader {
  #bytes: Buffer = Buffer.alloc(0);
  #introduced = false;
  /** The routing information before the header, if any. */
  routingInfo: Buffer | undefined;

  /** Adds bytes and returns the payloads that are now complete, oldest first. Throws when the intro header is wrong. */
  push(more: Uint8Array): Buffer[] {
    this.#bytes = this.#bytes.byteLength === 0 ? Buffer.from(more) : Buffer.concat([this.#bytes, more]);
    if (!this.#introduced) this.#introduced = this.#skipIntro();
    return this.#introduced ? [...this.#complete()] : [];
  }

  *#complete(): Generator<Buffer> {
    while (this.#bytes.byteLength >= LENGTH_BYTES) {
      const end = LENGTH_BYTES + this.#bytes.readUIntBE(0, LENGTH_BYTES);
      if (this.#bytes.byteLength < end) return;
      yield this.#bytes.subarray(LENGTH_BYTES, end);
      this.#bytes = this.#bytes.subarray(end);
    }
  }

  #skipIntro(): boolean {
    const start = this.#routingBytes();
    if (start === undefined || this.#bytes.byteLength < start + INTRO.byteLength) return false;
    const end = start + INTRO.byteLength;
    if (!this.#bytes.subarray(start, end).equals(INTRO))
      throw new Error('The connection does not begin with "WA" 6 3.');
    if (start > 0) this.routingInfo = Buffer.from(this.#bytes.subarray(ROUTING_HEAD_BYTES, start));
    this.#bytes = this.#bytes.subarray(end);
    return true;
  }

  /** The number of leading bytes of routing information; undefined while too few bytes are known. */
  #routingBytes(): number | undefined {
    if (this.#bytes[0] !== ROUTING_MARK) return 0;
    if (this.#bytes.byteLength < ROUTING_HEAD_BYTES) return undefined;
    return ROUTING_HEAD_BYTES + this.#bytes.readUIntBE(4, LENGTH_BYTES);
  }
}
