const ENGLISH = {
  brand: 'Example backend',
  title: 'Connect WhatsApp',
  connect: 'Connect a new account',
  accounts: 'Accounts',
  messages: 'Messages',
  noAccounts: 'None yet.',
  noMessages: 'None yet. Write to a connected account.',
  qrAlt: 'QR code',
  stepToken: 'The backend gets a token for one QR: POST /tokens',
  stepQr: 'The page asks for a QR with it: GET /generate-qr',
  stepRenewed: (count) => `WhatsApp renews the QR: GET /sessions/:sessionId/qr (${count}×)`,
  stepConnected: 'The phone has scanned it: the account is connected',
  loading: 'Getting a QR…',
  scan: 'Scan this QR with WhatsApp: Linked devices, Link a device.',
  scanned: 'Scanned. Logging in…',
  account: (number, status) => `Account ${number} ${status}`,
  failed: (reason) => `Not connected: ${reason}`,
  sessionId: (id) => `Session ID: ${id}`,
  connecting: 'connecting',
  connected: 'connected',
  disconnected: 'disconnected',
  error: 'needs attention',
  somebody: 'Somebody',
  file: 'file',
  pending: 'pending',
  sent: 'sent',
  delivered: 'delivered',
  read: 'read',
  databaseAway: 'The database is away. Nothing is lost: the orchestrator keeps the events until it is back.',
  backendAway: 'The backend does not answer. Nothing is lost: the orchestrator keeps the events until it is back.',
};

/** @type {typeof ENGLISH} */
const SPANISH = {
  brand: 'Backend de ejemplo',
  title: 'Conectar WhatsApp',
  connect: 'Conectar nueva cuenta',
  accounts: 'Cuentas',
  messages: 'Mensajes',
  noAccounts: 'Todavía ninguna.',
  noMessages: 'Todavía ninguno. Escribe a una cuenta conectada.',
  qrAlt: 'Código QR',
  stepToken: 'El backend pide un token para un solo QR: POST /tokens',
  stepQr: 'La página pide con él un QR: GET /generate-qr',
  stepRenewed: (count) => `WhatsApp renueva el QR: GET /sessions/:sessionId/qr (${count}×)`,
  stepConnected: 'El teléfono lo escaneó: la cuenta está conectada',
  loading: 'Generando el QR…',
  scan: 'Escanea este QR con WhatsApp: Dispositivos vinculados, Vincular un dispositivo.',
  scanned: 'Escaneado. Iniciando sesión…',
  account: (number, status) => `Cuenta ${number} ${status}`,
  failed: (reason) => `No se conectó: ${reason}`,
  sessionId: (id) => `ID de sesión: ${id}`,
  connecting: 'conectando',
  connected: 'conectada',
  disconnected: 'desconectada',
  error: 'requiere atención',
  somebody: 'Alguien',
  file: 'archivo',
  pending: 'pendiente',
  sent: 'enviado',
  delivered: 'entregado',
  read: 'leído',
  databaseAway: 'La base de datos no responde. No se pierde nada: el orquestador guarda los eventos hasta que vuelva.',
  backendAway: 'El backend no responde. No se pierde nada: el orquestador guarda los eventos hasta que vuelva.',
};

const TEXTS = { en: ENGLISH, es: SPANISH };

/** The first language of the browser that the page has. */
const language = navigator.languages.map((name) => name.slice(0, 2)).find((name) => name in TEXTS) ?? 'en';

/**
 * A text of the page.
 * @param {string} name as above
 * @param {...unknown} values to insert, where the text is a function
 * @returns {string} the text; `undefined` when there is none
 */
export function text(name, ...values) {
  const found = TEXTS[language][name];
  return typeof found === 'function' ? found(...values) : found;
}

/** Translates what index.html says. */
export function translatePage() {
  document.documentElement.lang = language;
  document.title = text('title');
  for (const element of document.querySelectorAll('[data-text]')) element.textContent = text(element.dataset.text);
}
