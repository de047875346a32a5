import { type OutgoingMessage } from '../../../domain/outgoing.ts';
import { Semaphore } from '../../../kit/semaphore.ts';
import { type OpenedMessage } from '../../../sessions/scheduled/scheduler.ts';
import { FileIntake, type FileSettings } from '../../files/request-files.ts';
import { type FileOpener } from '../../route.ts';
import { outgoingMessage, type RequestedMessage } from '../../schemas/message-schemas.ts';
import { parse } from '../../validate.ts';

/** How many files of scheduled messages are fetched at once. */
const MAX_FETCHES = 8;

/** Opens the file of a requested message, if it has one. @throws AppError as {@link FileOpener.open} */
export async function openRequested(message: RequestedMessage, files: FileOpener): Promise<OutgoingMessage> {
  const { content } = message;
  if (!('file' in content)) return { ...message, content };
  return { ...message, content: { ...content, file: await files.open(content.file) } };
}

/** Makes what opens scheduled messages, which are stored as they were requested. */
export function scheduledMessageOpener(settings: FileSettings): (body: string) => Promise<OpenedMessage> {
  const intake = new FileIntake(settings);
  const fetches = new Semaphore(MAX_FETCHES);
  return async (body) => {
    const requested = parse(outgoingMessage, JSON.parse(body));
    const files = intake.forRequest();
    const dispose = () => files[Symbol.asyncDispose]();
    try {
      const open = () => openRequested(requested, files);
      const message = 'file' in requested.content ? await fetches.run(open) : await open();
      return { message, [Symbol.asyncDispose]: dispose };
    } catch (error) {
      await dispose();
      throw error;
    }
  };
}
