import { z } from 'zod';
import { AppError } from '../../../domain/errors.ts';
import { ok, route } from '../../route.ts';
import { succeeded } from '../../schemas/common.ts';

/** `POST /config/backup`. */
export const createBackup = route({
  method: 'post',
  path: '/config/backup',
  scope: 'admin',
  summary: 'Copy the database while it is in use',
  description:
    'Used by the command "npm run backup" while the server is running. The copy is a file in AUTH_DIR, encrypted like the database, and ' +
    'nothing of it leaves the machine. Other requests do not wait. Whoever asks takes the file away: the next request, and the next start, remove it.',
  answer: z.strictObject({
    success: succeeded,
    file: z.string().meta({ description: 'The name of the copy, in AUTH_DIR.' }),
  }),
  statuses: { 200: 'The copy is complete.' },
  example: { answer: { success: true, file: 'backup-3f0e8f6a-5d0b-4c8e-9a53-1f3f6d6f7c11.db' } },
  errors: ['storage_not_sqlite', 'overloaded'],
  async handler({ backup }) {
    if (!backup) throw new AppError('storage_not_sqlite');
    return ok({ file: await backup.create() });
  },
});
