import { NOTICES, type NoticeName } from '../../../simulator/notices/notice-table.ts';
import type { Doing } from './cast.ts';

/** What the server sends rarely: each notice of the simulator. */
export const NOTICE_DOINGS: Readonly<Record<string, Doing>> = {
  notices: ({ world, account, ana }) => {
    for (const name of Object.keys(NOTICES) as NoticeName[]) {
      world.whatsapp.notice(name, account.number, { from: ana.number });
    }
  },
};
