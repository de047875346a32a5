import { z } from 'zod';
import { fileField } from '../files/file-field.ts';
import { listField } from '../files/form-fields.ts';
import { personField } from './account-schemas.ts';
import { outgoingText } from './message-fields.ts';

/** More people are not reached by one status. */
export const MAX_AUDIENCE = 5_000;
const DEFAULT_BACKGROUND = '#1f7a4d';
const OPAQUE = 0xff_00_00_00;

/** Who may see a status. */
export const audience = listField(personField, 'must be a list of phone numbers or LIDs')
  .refine(({ length }) => length > 0 && length <= MAX_AUDIENCE, `must have 1 to ${MAX_AUDIENCE} people`)
  .nullable()
  .default(null)
  .meta({ description: 'Who may see it; null for everybody in the address book of the phone.' });

const color = z
  .string()
  .regex(/^#[0-9a-f]{6}$/i, 'must be a color such as #1f7a4d')
  .default(DEFAULT_BACKGROUND)
  .meta({ description: 'The color behind the text.' });

const caption = outgoingText.nullable().default(null);
const media = (type: 'image' | 'video') =>
  z
    .object({ type: z.literal(type), contacts: audience, file: fileField, caption })
    .meta({ id: type === 'image' ? 'ImageStatus' : 'VideoStatus' })
    .transform(({ contacts, ...content }) => ({
      ...{ contacts, background: null },
      content: { ...content, seconds: null, width: null, height: null },
    }));

/** The body of `POST /sessions/:sessionId/status`. */
export const statusPost = z.discriminatedUnion(
  'type',
  [
    z
      .object({ type: z.literal('text'), contacts: audience, text: outgoingText, background: color })
      .meta({ id: 'TextStatus' })
      .transform(({ type, text, contacts, background }) => ({
        ...{ contacts, background: OPAQUE + Number.parseInt(background.slice(1), 16) },
        content: { type, text },
      })),
    media('image'),
    media('video'),
  ],
  { error: 'must be one of text, image, video' },
);
