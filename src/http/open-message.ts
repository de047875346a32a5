import { AppError } from '../domain/errors.ts';
import type { LinkPreview, OutgoingFile, OutgoingMedia, OutgoingMessage } from '../domain/outgoing.ts';
import { Semaphore } from '../kit/semaphore.ts';
import type { OpenedMessage } from '../sessions/scheduled/scheduler.ts';
import { addressIn } from './files/link-preview.ts';
import { FileIntake, type FileSettings } from './files/request-files.ts';
import type { FileOpener } from './route.ts';
import type { RequestedPreview } from './schemas/further-fields.ts';
import { outgoingMessage, type RequestedMessage } from './schemas/message-schemas.ts';
import { parse } from './validate.ts';

/** How many files of scheduled messages are fetched at once. */
const MAX_FETCHES = 8;

/**
 * Opens the file of a requested message, if it has one, and makes the preview of an address in its text.
 * @throws AppError as {@link FileOpener.open}
 */
export async function openRequested(message: RequestedMessage, files: FileOpener): Promise<OutgoingMessage> {
  const { content } = message;
  if ('file' in content) {
    const { convert, ...media } = content;
    const opened = { ...media, file: await files.open(content.file) };
    return { ...message, content: { ...opened, file: await fitting(opened, convert, files) } };
  }
  if (content.type !== 'text') return { ...message, content };
  const { preview, ...text } = content;
  return { ...message, content: { ...text, preview: await previewOf(text.text, preview, files) } };
}

/** The formats that need no conversion, as each type. */
const FITTING: Partial<Record<OutgoingMedia['type'], RegExp>> = {
  voice: /^(audio|application)\/ogg/,
  video: /^video\/mp4/,
  sticker: /^image\/webp/,
};

/** The file as it is sent: pictures become stickers, and the rest is converted when that was asked for. */
async function fitting(
  { type, file, shownAs }: OutgoingMedia,
  isConverted: boolean,
  files: FileOpener,
): Promise<OutgoingFile> {
  const fits = FITTING[type];
  const picture = type === 'sticker' ? await files.sticker(file) : file;
  if (!isConverted || fits?.test(picture.mimetype) !== false) return picture;
  return files.convert(picture, type === 'video' ? (shownAs ?? 'video') : (type as 'voice' | 'sticker'));
}

/** Whether opening it fetches something. */
export function isFetching({ content }: RequestedMessage): boolean {
  return 'file' in content || ('preview' in content && content.preview === true);
}

async function previewOf(
  text: string,
  requested: RequestedPreview,
  files: FileOpener,
): Promise<LinkPreview | undefined> {
  if (requested === false) return undefined;
  if (requested === true) return files.preview(text);
  const url = addressIn(text);
  if (url === undefined) throw new AppError('invalid_body', { message: 'The text contains no address to preview.' });
  return { url, ...requested };
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
      const message = isFetching(requested) ? await fetches.run(open) : await open();
      return { message, [Symbol.asyncDispose]: dispose };
    } catch (error) {
      await dispose();
      throw error;
    }
  };
}
