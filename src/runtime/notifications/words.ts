import type { Language } from '../../config/notification-settings.ts';
import type { SessionPhase } from '../../domain/session.ts';
import type { TroubleKind } from '../health.ts';

/** The words of notifications in one language. */
export interface Words {
  /** `2 accounts and the server`. */
  what: (accounts: number, server: boolean) => string;
  begun: (what: string) => string;
  over: (what: string) => string;
  begunHead: string;
  overHead: string;
  more: (count: number) => string;
  since: (time: string) => string;
  /** In place of a reason that nobody knows. */
  unknown: string;
  well: string;
  /** Of an account that no longer needs attention. */
  state: (phase: SessionPhase) => string;
  problems: Record<TroubleKind, string>;
  test: string;
  testText: string;
}

/** The words of each language. */
export const WORDS: Record<Language, Words> = {
  en: {
    what: (accounts, server) => joined([counted(accounts, '1 account', '# accounts'), server && 'the server'], 'and'),
    begun: (what) => `attention needed for ${what}`,
    over: (what) => `no more attention needed for ${what}`,
    begunHead: 'Need attention:',
    overHead: 'No longer need attention:',
    more: (count) => `- … and ${count} more`,
    since: (time) => `since ${time}`,
    unknown: 'no reason is known.',
    well: 'solved',
    state: (phase) => (phase === 'stopped' ? 'stopped by a person' : 'connected'),
    problems: {
      ...{ storage: 'Storage', 'dead-letters': 'Dead letters', damaged: 'Damaged values', limits: 'Limits' },
      ...{ files: 'Media files', whatsapp: 'The way to WhatsApp', version: 'Client version', sink: 'Event table' },
      ...{ backend: 'Backend', blocked: 'Blocked deliveries', exceptions: 'Exceptions', log: 'Log' },
      webhooks: 'Further webhooks',
    },
    test: 'test notification',
    testText: 'This is a test. Notifications of accounts that need attention arrive here.',
  },
  es: {
    what: (accounts, server) => joined([counted(accounts, '1 cuenta', '# cuentas'), server && 'el servidor'], 'y'),
    begun: (what) => `se requiere atención para ${what}`,
    over: (what) => `ya no se requiere atención para ${what}`,
    begunHead: 'Requieren atención:',
    overHead: 'Ya no requieren atención:',
    more: (count) => `- … y ${count} más`,
    since: (time) => `desde ${time}`,
    unknown: 'no se conoce el motivo.',
    well: 'resuelto',
    state: (phase) => (phase === 'stopped' ? 'detenida por una persona' : 'conectada'),
    problems: {
      ...{ storage: 'Almacenamiento', 'dead-letters': 'Entregas abandonadas', damaged: 'Valores dañados' },
      ...{ limits: 'Límites', files: 'Archivos', whatsapp: 'El camino a WhatsApp', version: 'Versión del cliente' },
      ...{ sink: 'Tabla de eventos', backend: 'Backend', blocked: 'Entregas retenidas', exceptions: 'Excepciones' },
      ...{ log: 'Registro', webhooks: 'Otros webhooks' },
    },
    test: 'notificación de prueba',
    testText: 'Esto es una prueba. Aquí llegan las notificaciones de cuentas que requieren atención.',
  },
};

/** Control characters, line separators, and the marks that change the direction of text. */
const CONTROLS = /[\p{Cc}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]+/gu;
const NUMBERS = /\+?\d{7,}/g;
const MAX_LENGTH = 300;

/** A text on one line, not too long, and without phone numbers: the log has none either. */
export function hidden(text: string): string {
  const line = text.toWellFormed().replaceAll(CONTROLS, ' ').replaceAll(NUMBERS, '…');
  return line.length > MAX_LENGTH ? `${line.slice(0, MAX_LENGTH).toWellFormed()}…` : line;
}

function counted(count: number, one: string, many: string): string | false {
  return count > 0 && (count === 1 ? one : many.replace('#', String(count)));
}

function joined(parts: readonly (string | false)[], and: string): string {
  return parts.filter((part) => part !== false).join(` ${and} `);
}
