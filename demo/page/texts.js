/** The texts of the page, in two languages. */
const TEXTS = {
  en: {
    lede: 'The whole product at work, with simulated phones in place of real ones.',
    chips: 'Status',
    session: 'Session',
    orchestrator: 'Orchestrator',
    backend: 'Backend',
    running: 'running',
    starting: 'starting',
    stopped: 'down',
    none: 'none',
    unknown: 'unknown',
    connecting: 'connecting',
    connected: 'connected',
    disconnected: 'disconnected',
    error: 'error',
    linkTitle: 'Link an account',
    qrTime: 'Time left for this code',
    qrAlt: 'QR that links an account',
    newQr: 'New QR',
    number: 'Number',
    device: 'Device',
    sessionId: 'Session',
    loading: 'Requesting a QR…',
    qrShown: 'Waiting for a scan',
    qrShownHint: 'Press “Scan” on the phone. The code renews itself until it is scanned.',
    linking: 'Scanned: logging in…',
    linkingHint: '',
    linked: 'Connected',
    linkedHint: 'Write from the customer’s phone, or reply as the backend.',
    reconnecting: 'Reconnecting…',
    reconnectingHint: 'The connection was lost. The session recovers by itself.',
    ended: 'The session has ended',
    noSession: 'No session',
    noSessionHint: 'The account is not linked.',
    unavailable: 'The orchestrator is down',
    unavailableHint: 'Start it again: no new QR is needed.',
    phoneTitle: 'Simulated phones',
    whose: 'Choose a phone',
    shop: 'The shop',
    customer: 'A customer',
    linkedDevices: 'Linked devices',
    shopHint: 'The shop’s phone points its camera at the QR.',
    scan: 'Scan',
    unlink: 'Unlink',
    online: 'active now',
    offline: 'away',
    waiting: 'waiting',
    chatWith: 'Chat with',
    chat: 'Chat',
    writeLabel: 'Message to the shop',
    writeHint: 'Write to the shop',
    send: 'Send',
    attach: 'Send something else',
    image: 'Picture',
    voice: 'Voice note',
    poll: 'Poll',
    poll_vote: 'Vote',
    openFile: 'Open the file',
    pollName: 'How would you like it?',
    pollFirst: 'Whole beans',
    pollSecond: 'Ground',
    pollThird: 'Surprise me',
    sent: 'sent',
    delivered: 'delivered',
    backendTitle: 'Your backend',
    replyLabel: 'Send with POST /sessions/:id/send-message',
    replyHint: 'Reply as your backend',
    replyOther: 'Or with POST /sessions/:id/messages',
    callbacksTitle: 'Webhooks received',
    empty: 'None yet: the first one arrives with the QR.',
    body: 'Body',
    headers: 'Headers',
    queued: 'while it was down',
    redelivered: 'redelivered',
    isConnected: 'is connected',
    newCode: 'A new QR to show',
    trialsTitle: 'Put it to the test',
    refresh: 'Refresh the secret',
    refreshHint: 'WhatsApp sends companion_reg_refresh: the QR changes, and the old one stops working.',
    kill: 'Kill the orchestrator',
    start: 'Start the orchestrator',
    killHint: 'kill -9. Write from the phone in the meantime: nothing is lost, and no new QR is needed.',
    stopBackend: 'Take the backend down',
    startBackend: 'Bring the backend back',
    backendHint: 'Webhooks wait in order and are retried after 1, 2, 5, 10… seconds.',
    restart: 'Restart the session',
    restartHint: 'Opens a new connection to WhatsApp with the same credentials.',
    delete: 'Delete the session',
    deleteHint: 'Also unlinks the device from the phone.',
    cut: 'The demo has ended.',
  },
  es: {
    lede: 'Todo el producto en marcha, con teléfonos simulados en lugar de teléfonos reales.',
    chips: 'Estado',
    session: 'Sesión',
    orchestrator: 'Orquestador',
    backend: 'Backend',
    running: 'en marcha',
    starting: 'iniciando',
    stopped: 'caído',
    none: 'ninguna',
    unknown: 'desconocida',
    connecting: 'conectando',
    connected: 'conectada',
    disconnected: 'desconectada',
    error: 'requiere atención',
    linkTitle: 'Vincula una cuenta',
    qrTime: 'Tiempo restante de este código',
    qrAlt: 'QR que vincula una cuenta',
    newQr: 'Nuevo QR',
    number: 'Número',
    device: 'Dispositivo',
    sessionId: 'Sesión',
    loading: 'Solicitando un QR…',
    qrShown: 'Esperando a que lo escanees',
    qrShownHint: 'Pulsa «Escanear» en el teléfono. El código se renueva solo hasta que lo escanees.',
    linking: 'Escaneado: iniciando sesión…',
    linkingHint: '',
    linked: 'Conectada',
    linkedHint: 'Escribe desde el teléfono de la clienta o responde como backend.',
    reconnecting: 'Reconectando…',
    reconnectingHint: 'Se perdió la conexión. La sesión se recupera sola.',
    ended: 'La sesión terminó',
    noSession: 'Sin sesión',
    noSessionHint: 'La cuenta no está vinculada.',
    unavailable: 'El orquestador está caído',
    unavailableHint: 'Inícialo de nuevo: no hace falta otro QR.',
    phoneTitle: 'Teléfonos simulados',
    whose: 'Elige un teléfono',
    shop: 'La tienda',
    customer: 'Una clienta',
    linkedDevices: 'Dispositivos vinculados',
    shopHint: 'El teléfono de la tienda apunta la cámara al QR.',
    scan: 'Escanear',
    unlink: 'Desvincular',
    online: 'activo ahora',
    offline: 'ausente',
    waiting: 'en espera',
    chatWith: 'Chat con',
    chat: 'Chat',
    writeLabel: 'Mensaje para la tienda',
    writeHint: 'Escribe a la tienda',
    send: 'Enviar',
    attach: 'Enviar otra cosa',
    image: 'Imagen',
    voice: 'Nota de voz',
    poll: 'Encuesta',
    poll_vote: 'Voto',
    openFile: 'Abrir el archivo',
    pollName: '¿Cómo lo quieres?',
    pollFirst: 'En grano',
    pollSecond: 'Molido',
    pollThird: 'Sorpréndeme',
    sent: 'enviado',
    delivered: 'entregado',
    backendTitle: 'Tu backend',
    replyLabel: 'Envía con POST /sessions/:id/send-message',
    replyHint: 'Responde como tu backend',
    replyOther: 'O con POST /sessions/:id/messages',
    callbacksTitle: 'Webhooks recibidos',
    empty: 'Ninguno todavía: el primero llega con el QR.',
    body: 'Cuerpo',
    headers: 'Cabeceras',
    queued: 'mientras estaba caído',
    redelivered: 'reenviado',
    isConnected: 'está conectado',
    newCode: 'Un nuevo QR para mostrar',
    trialsTitle: 'Ponlo a prueba',
    refresh: 'Renovar el secreto',
    refreshHint: 'WhatsApp envía companion_reg_refresh: el QR cambia y el anterior deja de servir.',
    kill: 'Matar el orquestador',
    start: 'Iniciar el orquestador',
    killHint: 'kill -9. Escribe mientras tanto desde el teléfono: no se pierde nada ni hace falta otro QR.',
    stopBackend: 'Detener el backend',
    startBackend: 'Iniciar el backend',
    backendHint: 'Los webhooks esperan en orden y se reintentan tras 1, 2, 5, 10… segundos.',
    restart: 'Reiniciar la sesión',
    restartHint: 'Abre una conexión nueva con WhatsApp con las mismas credenciales.',
    delete: 'Eliminar la sesión',
    deleteHint: 'También desvincula el dispositivo del teléfono.',
    cut: 'La demo ha terminado.',
  },
};

let language = navigator.language.toLowerCase().startsWith('es') ? 'es' : 'en';

/**
 * Looks up a text in the current language.
 * @param {string} name a name of TEXTS
 * @returns {string} the text, or the name itself when there is none
 */
export function text(name) {
  return TEXTS[language][name] ?? name;
}

/** Switches to the other language. */
export function switchLanguage() {
  language = language === 'es' ? 'en' : 'es';
  translatePage();
}

/** Fills every element that names a text, in the current language. */
export function translatePage() {
  document.documentElement.lang = language;
  for (const element of document.querySelectorAll('[data-text]')) element.textContent = text(element.dataset.text);
  for (const element of document.querySelectorAll('[data-hint]')) element.placeholder = text(element.dataset.hint);
  for (const element of document.querySelectorAll('[data-label]')) element.ariaLabel = text(element.dataset.label);
  const other = document.getElementById('language');
  other.lang = language === 'es' ? 'en' : 'es';
  other.textContent = language === 'es' ? 'English' : 'Español';
}

/**
 * Formats a time of day in the current language.
 * @param {string} iso ISO 8601
 * @param {boolean} seconds whether to show seconds
 * @returns {string} the time
 */
export function timeOfDay(iso, seconds = false) {
  const parts = { hour: '2-digit', minute: '2-digit', ...(seconds && { second: '2-digit' }), hour12: false };
  return new Date(iso).toLocaleTimeString(language, parts);
}
