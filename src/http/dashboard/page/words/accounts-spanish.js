import { plural } from './plural.js';

/** The texts about the list of accounts in Spanish. */
export const ACCOUNTS_SPANISH = {
  allAccounts: 'Todas las cuentas',
  summary: (connected, all) =>
    all === connected
      ? plural(all, '1 cuenta, conectada', '# cuentas, todas conectadas')
      : `${connected} de ${all} conectadas`,
  needAttention: (count) => plural(count, '1 requiere atención', '# requieren atención'),
  emptyTitle: 'Aún no hay cuentas',
  emptyHint: 'Pulsa «Conectar una cuenta» y escanea el código QR con el teléfono que tiene WhatsApp.',
  loadingTitle: 'Cargando cuentas…',
  notSeenTitle: 'Esta clave no puede ver las cuentas',
  notSeenHint: 'Entra con una clave que tenga el permiso sessions:read.',
  newAccount: 'Cuenta nueva',
  seen: (when) => `Vista ${when}`,
  neverSeen: 'Nunca',

  status_connected: 'Conectada',
  status_restricted: 'Conectada, restringida',
  status_pairing: 'Esperando al teléfono',
  status_reconnecting: 'Reconectando',
  status_unlinked: 'Desconectada',
  status_stopped: 'Detenida',
  status_error: 'Requiere atención',
  find: 'Buscar cuentas',
  findKind: 'Estado',
  findOrder: 'Orden',
  kindAny: (count) => `Todas (${count})`,
  kindCount: (kind, count) => `${kind} (${count})`,
  order_urgency: 'Urgentes primero',
  order_name: 'Nombre',
  order_number: 'Número',
  order_seen: 'Vistas últimamente primero',
  order_created: 'Nuevas primero',
  found: (count, all) => `${count} de ${plural(all, '1 cuenta', '# cuentas')}`,
  foundNone: 'Ninguna cuenta coincide.',
  codes: (count) => plural(count, '1 código espera a un teléfono', '# códigos esperan a un teléfono'),
  accountsExport: 'Descargar como CSV',
};
