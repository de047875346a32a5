import { plural } from './plural.js';

/** The texts about kept messages in Spanish. */
export const HISTORY_SPANISH = {
  historyTitle: 'Historial de mensajes',
  historyOff: 'Esta cuenta no guarda mensajes.',
  historyDays: (days) => `Esta cuenta guarda sus mensajes durante ${plural(days, '1 día', '# días')}.`,
  historyDefault: 'Lo dice HISTORY_DAYS en el servidor.',
  historyOwn: 'Es un ajuste propio.',
  historyCount: (count) =>
    count >= 100000 ? 'Tiene 100.000 mensajes o más.' : `Tiene ${plural(count, '1 mensaje', '# mensajes')}.`,
  historyEdit: 'Cambiarlo u olvidar a una persona',
  historyDaysLabel: 'Días: vacío para HISTORY_DAYS, 0 para ninguno',
  historySave: 'Guardar',
  historySaved: 'Guardado.',
  historyDaysWrong: 'Escribe un número entero de días, o nada.',
  historyLessTitle: '¿Guardar menos?',
  historyLessBody: 'Los mensajes más antiguos se eliminan de inmediato. No se puede deshacer.',
  historyLessYes: 'Sí, eliminarlos',
  forgetNumber: 'Número de una persona, con código de país',
  forgetPerson: 'Olvidar a esta persona',
  forgetTitle: (who) => `¿Olvidar a ${who}?`,
  forgetBody:
    'Esta cuenta elimina su conversación, lo que escribió en grupos, lo que se le envió y su nombre. Los webhooks, archivos y copias de seguridad caducan después. No se puede deshacer, y las demás cuentas conservan lo suyo.',
  forgetYes: 'Sí, olvidar',
  forgotten: (kept, sent, others) =>
    `Olvidada: ${plural(kept, '1 mensaje guardado', '# mensajes guardados')}, ${plural(sent, '1 enviado', '# enviados')}, ${plural(others, '1 dato más', '# datos más')}.`,
};
