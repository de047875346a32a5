import { z } from 'zod';
import type { Label, LabeledItem, LabeledPlace } from '../../domain/label.ts';
import { ANA } from './account-schemas.ts';
import { pageQuery, sessionParams } from './common.ts';
import { shortText } from './message-fields.ts';

const UNKNOWN = 'must be the id of a label';
const labelId = z
  .string(UNKNOWN)
  .regex(/^[\x21-\x7e]{1,32}$/, UNKNOWN)
  .meta({ description: 'As GET …/labels returns it.', example: '7' });

/** The path parameters of everything about one label. */
export const labelParams = z.object({ ...sessionParams.shape, labelId });

/** A label in a body. */
export const labelField = z.object({ label_id: labelId });

const MOST_COLORS = 20;
const COLOR = `must be a whole number from 0 to ${MOST_COLORS - 1}`;
/** WhatsApp's own limits. */
const fields = {
  name: shortText(100),
  color: z
    .int(COLOR)
    .min(0, COLOR)
    .max(MOST_COLORS - 1, COLOR)
    .meta({ description: "One of WhatsApp's 20 colors." }),
};

/** A new label. */
export const newLabel = z.object({ name: fields.name, color: fields.color.default(0) });

/** A change of a label. */
export const labelChange = z
  .object({ name: fields.name.optional(), color: fields.color.optional() })
  .refine(({ name, color }) => name !== undefined || color !== undefined, {
    path: ['name'],
    error: 'or "color" is required',
  });

/** A label of WhatsApp Business. */
export const label = z
  .strictObject({
    label_id: z.string(),
    name: z.string(),
    color: z.int().meta({ description: "One of WhatsApp's colors, from 0." }),
    predefined_id: z
      .int()
      .nullable()
      .meta({ description: 'Which of the labels it is that WhatsApp Business begins with; null for an own one.' }),
  })
  .meta({ id: 'Label' });

/** A {@link Label} as `label` describes it. */
export function labelView({ labelId: label_id, name, color, predefinedId: predefined_id }: Label) {
  return { label_id, name, color, predefined_id };
}

/** A label for the documentation. */
export const EXAMPLE_LABEL = { label_id: '7', name: 'Pagado', color: 3, predefined_id: null };

const place = { chat_id: z.string(), number: z.string().nullable(), lid: z.string().nullable() };

/** A chat that has a label. */
export const labeledChat = z.strictObject(place).meta({ id: 'LabeledChat' });

/** A message that has a label. */
export const labeledMessage = z.strictObject({ ...place, message_id: z.string() }).meta({ id: 'LabeledMessage' });

/** A chat with a label for the documentation. */
export const EXAMPLE_PLACE = { chat_id: `${ANA.number}@s.whatsapp.net`, ...ANA };

/** A chat as {@link labeledChat} describes it. */
export function placeView({ chatId: chat_id, number, lid }: LabeledPlace) {
  return { chat_id, number, lid };
}

const CURSOR = 'must be the "next" of an earlier response';
/** Chats and messages, in pages. */
export const labeledPage = {
  after: z
    .string(CURSOR)
    .max(256, CURSOR)
    .transform((text): Pick<LabeledItem, 'chatId' | 'messageId'> => {
      const [chatId = '', ...rest] = text.split('/');
      return { chatId, messageId: rest.length === 0 ? null : rest.join('/') };
    })
    .optional()
    .meta({ description: 'Returns only those after this one.' }),
  limit: pageQuery.limit,
};

/** The next page of a list, if there may be one. */
export const nextLabeled = z
  .string()
  .nullable()
  .meta({ description: 'The `after` of the next page; null on the last one.' });

/** The place behind which the next page begins; `null` after the last one. */
export function nextOf(items: readonly LabeledItem[], limit: number): string | null {
  const last = items.length === limit ? items.at(-1) : undefined;
  if (!last) return null;
  return last.messageId === null ? last.chatId : `${last.chatId}/${last.messageId}`;
}
