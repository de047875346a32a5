import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** A client that writes what it likes. */
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
    // A server may cut the line while we write; what counts is what was received.
    socket.on('error', () => undefined);
  }

  static async to(port: number): Promise<RawClient> {
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect');
    return new RawClient(socket);
  }

  write(text: string): void {
    this.#socket.write(text);
  }

  /** From now on takes nothing of what is sent. */
  stopReading(): void {
    this.#socket.pause();
  }

  leave(): void {
    this.#socket.destroy();
  }

  /** Resolves with all that was received, as soon as it matches. */
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

  /** Resolves with all that was received, when the server has closed the line. */
  async closed(): Promise<string> {
    if (!this.#socket.closed) await once(this.#socket, 'close');
    return this.#received;
  }
}
