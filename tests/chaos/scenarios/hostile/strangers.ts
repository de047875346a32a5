import type { Act } from './act.ts';
import { CONTENTS } from './strangers/contents.ts';
import { FILES } from './strangers/files.ts';
import { SEALED } from './strangers/sealed.ts';
import { STANZAS } from './strangers/stanzas.ts';

/** What a person can do who knows the number of an account. */
export const STRANGERS: readonly Act[] = [...STANZAS, ...SEALED, ...CONTENTS, ...FILES];
