import { createInterface } from 'node:readline/promises';
import { CommandError } from '../server-client.ts';

/** Asks a person; resolves with the trimmed answer. */
export type Ask = (question: string) => Promise<string>;

/** Questions on the terminal, written to `output`; each has its own reader, so that nothing waits for input afterwards. */
export function terminalAsk(input: NodeJS.ReadStream, output: NodeJS.WriteStream): Ask {
  return async (question) => {
    const reader = createInterface({ input, output });
    const ended = new Promise<never>((_, reject) => {
      reader.once('close', () => reject(new CommandError('\nNo answer: nothing was written.')));
    });
    try {
      return (await Promise.race([reader.question(question), ended])).trim();
    } finally {
      reader.close();
    }
  };
}
