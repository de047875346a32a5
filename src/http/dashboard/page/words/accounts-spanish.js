import { plural } from './plural.js';

/** The texts about finding accounts in Spanish. */
export const ACCOUNTS_SPANISH = {
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
