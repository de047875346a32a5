import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** A client that sends arbitrary bytes. */
export class RawClient {
  readonly #socket: Socket;
  #received = '';
  readonly #changed = new Set<() => void>();

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.setEncoding('utf8');
    socket.on('data', (text: string) => {
      this.#received += text;
      this.#changed.forEach((check) => check());
    });
    // The server may close the connection while we write; only what was received matters.
    socket.on('error', () => undefined);
  }

  static async to(port: number): Promise<RawClient> {
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect');
    return new RawClient(socket);
  }

  write(bytes: string | Uint8Array): void {
    this.#socket.write(bytes);
  }

  /** Stops reading. */
  stopReading(): void {
    this.#socket.pause();
  }

  leave(): void {
    this.#socket.destroy();
  }

  /** Resolves with everything received as soon as it matches. */
  until(pattern: RegExp): Promise<string> {
    return new Promise((resolve) => {
      const check = () => {
        if (!pattern.test(this.#received)) return;
        this.#changed.delete(check);
        resolve(this.#received);
      };
      this.#changed.add(check);
      check();
    });
  }

  /** Resolves with everything received when the server has closed the connection. */
  closed(): Promise<string> {
    return new Promise((resolve) => {
      if (this.#socket.closed) resolve(this.#received);
      // Not events.once, which would reject if a write fails because the server has closed the connection.
      else this.#socket.once('close', () => resolve(this.#received));
    });
  }
}
