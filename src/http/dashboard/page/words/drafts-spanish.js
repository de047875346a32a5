import { plural } from './plural.js';

/** The texts about drafts in Spanish. */
export const DRAFTS_SPANISH = {
  draftsTitle: 'Esperan tu aprobación',
  draftsHint: 'Nada de esto se ha enviado. Léelo antes: un desconocido pudo dictarlo al programa que lo escribió.',
  draftsCount: (count) => plural(count, '(1 mensaje espera aprobación)', '(# mensajes esperan aprobación)'),
  draftExpires: (when) => `Se descarta solo: ${when}`,
  draftSending: () => 'Alguien lo aprobó. Si sigue aquí, el envío se interrumpió: apruébalo otra vez.',
  draftTo: (to) => `Para ${to}`,
  draftOwnChat: 'el chat de un mensaje anterior',
  draftOrigin: (account, key, when) => `De ${account} · clave ${key} · ${when}`,
  draftFile: (type, url) => `${type}: ${url}`,
  draftApprove: 'Aprobar y enviar',
  draftDiscard: 'Descartar',
  draftAction: (what, to) => `${what}: mensaje para ${to}`,
  draftSent: 'El mensaje se envió.',
  draftGone: 'El mensaje se descartó.',
  draftWaits: 'Tu clave necesita aprobación: el mensaje está en «Esperan tu aprobación».',
  error_draft_not_found: 'Este mensaje ya no espera.',
  error_draft_decided: 'Otra persona acaba de decidir.',
  error_recipient_not_allowed: 'Tu clave no puede enviar a este número.',
  error_too_many_drafts: 'Demasiados mensajes de tu clave esperan aprobación.',
};
