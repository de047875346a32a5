import { plural } from './plural.js';

/** The texts about the audit log in Spanish. */
export const AUDIT_SPANISH = {
  audit: 'Auditoría',
  auditIntro:
    'Quién pidió qué y con qué clave: cada solicitud que cambia algo y cada llamada a la herramienta de un agente. No contiene mensajes ni secretos.',
  auditCaller: 'Clave',
  auditCallerHint: 'Su id, o admin si es una clave de API_KEY',
  auditAction: 'Acción',
  auditActionHint: 'Por ejemplo POST o DELETE /sessions/:sessionId',
  auditActionWrong: 'Una acción es un método, una ruta o ambos, como DELETE /sessions/:sessionId.',
  auditAnyAccount: 'Todas las cuentas',
  auditFilter: 'Filtrar',
  auditClear: 'Limpiar',
  auditExport: 'Descargar como líneas JSON',
  auditNone: 'No hay entradas. AUDIT_RETENTION_DAYS dice cuánto se conservan; con 0, ninguna.',
  auditNoMatch: 'Ninguna entrada coincide.',
  auditProof: '¿Está completa?',
  auditVerify: 'Comprobar de nuevo',
  auditChecking: 'Leyendo todo el registro…',
  auditIntact: (count) =>
    `Intacta: nada cambió en ${plural(count, '1 entrada', '# entradas')} y no falta ninguna entre ellas.`,
  auditBroken: (at, node) =>
    `No está intacta: la entrada ${at}${node ? ` del nodo ${node}` : ''} se cambió, o falta una anterior.`,
  auditAdmin: 'Clave de administración (API_KEY)',
  auditNobody: 'Sin clave',
  auditTool: (name) => `herramienta ${name}`,
  auditNode: (name) => `nodo ${name}`,
  auditLeft: 'Sin esperar',
  auditLost: (count) =>
    plural(
      count,
      'Aquí falta 1 entrada: el almacenamiento no la aceptó a tiempo',
      'Aquí faltan # entradas: el almacenamiento no las aceptó a tiempo',
    ),
};
