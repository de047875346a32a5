import { z } from 'zod';
import { type Recipient, recipientText } from '../../domain/address.ts';
import { type KeyLimits, type KeySpec, SCOPES } from '../../domain/access.ts';
import { recipient } from './message-fields.ts';
import { nameText, SESSIONS_WANTED, sessionIdText } from './common.ts';

const SCOPES_WANTED = `must be a list of at least one of ${SCOPES.join(', ')}`;

const MAX_RECIPIENTS = 1_000;
const RECIPIENTS_WANTED = `must be a list of 1 to ${MAX_RECIPIENTS} phone numbers or addresses, or null for all`;

const scope = z.enum(SCOPES, { error: SCOPES_WANTED });

/** The specification of a new key, also for the command `npm run keys`. */
export const keySpec: z.ZodType<KeySpec> = z
  .object({
    name: nameText.default(''),
    scopes: z.array(scope, SCOPES_WANTED).min(1, SCOPES_WANTED),
    sessions: z.array(sessionIdText, SESSIONS_WANTED).min(1, SESSIONS_WANTED).nullable().default(null),
    recipients: z
      .array(recipient, RECIPIENTS_WANTED)
      .min(1, RECIPIENTS_WANTED)
      .max(MAX_RECIPIENTS, RECIPIENTS_WANTED)
      .nullable()
      .default(null)
      .meta({ description: 'The only recipients that it may send to; null for all.' }),
    approval: z
      .boolean('must be true or false')
      .default(false)
      .meta({ description: 'Whether what it sends becomes a draft, which a person approves.' }),
  })
  .refine(({ scopes, sessions }) => sessions === null || !scopes.includes('admin'), {
    path: ['sessions'],
    error: 'cannot limit a key with the scope admin',
  })
  .refine(({ scopes, recipients }) => recipients === null || !scopes.includes('admin'), {
    path: ['recipients'],
    error: 'cannot limit a key with the scope admin',
  })
  .refine(({ scopes, approval }) => !approval || !scopes.includes('admin'), {
    path: ['approval'],
    error: 'cannot limit a key with the scope admin',
  })
  .transform(({ recipients, approval, ...spec }) => ({ ...spec, limits: limitsOf(recipients, approval) }));

function limitsOf(recipients: readonly Recipient[] | null, approval: boolean): KeyLimits | undefined {
  if (recipients === null && !approval) return undefined;
  return { recipients: recipients && [...new Set(recipients.map((to) => recipientText(to)))], approval };
}

/** A key without its secret. */
export const apiKey = z
  .strictObject({
    keyId: z.string().meta({ description: 'The public part of the key.' }),
    name: z.string(),
    scopes: z.array(z.enum(SCOPES)),
    sessions: z
      .array(z.string())
      .nullable()
      .meta({ description: 'The only sessions that it can access; null for all.' }),
    recipients: z
      .array(z.string())
      .nullable()
      .meta({ description: 'The only recipients that it may send to; null for all.' }),
    approval: z.boolean().meta({ description: 'Whether what it sends becomes a draft.' }),
    createdAt: z.iso.datetime(),
  })
  .meta({ id: 'ApiKey' });
