import { z } from 'zod';
import { type KeySpec, SCOPES } from '../../domain/access.ts';
import { nameText, SESSIONS_WANTED, sessionIdText } from './common.ts';

const SCOPES_WANTED = `must be a list of at least one of ${SCOPES.join(', ')}`;

const scope = z.enum(SCOPES, { error: SCOPES_WANTED });

/** The specification of a new key, also for the command `npm run keys`. */
export const keySpec: z.ZodType<KeySpec> = z
  .object({
    name: nameText.default(''),
    scopes: z.array(scope, SCOPES_WANTED).min(1, SCOPES_WANTED),
    sessions: z.array(sessionIdText, SESSIONS_WANTED).min(1, SESSIONS_WANTED).nullable().default(null),
  })
  .refine(({ scopes, sessions }) => sessions === null || !scopes.includes('admin'), {
    path: ['sessions'],
    error: 'cannot limit a key with the scope admin',
  });

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
    createdAt: z.iso.datetime(),
  })
  .meta({ id: 'ApiKey' });
