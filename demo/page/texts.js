/** What the page says, in two languages. */
const TEXTS = {
  en: {
    lede: 'The whole product at work, with pretend phones in place of real ones.',
    chips: 'How everything is',
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
    loading: 'Asking for a QR…',
    qrShown: 'Waiting for a scan',
    qrShownHint: 'Press “Scan” on the phone. The code renews itself for as long as nobody does.',
    linking: 'Scanned: logging in…',
    linkingHint: '',
    linked: 'Connected',
    linkedHint: 'Write from the customer’s phone, or answer as the backend.',
    repairing: 'The line is being repaired',
    repairingHint: 'It comes back by itself.',
    over: 'The session is over',
    noSession: 'No session',
    noSessionHint: 'The account is not linked.',
    gone: 'The orchestrator is down',
    goneHint: 'Start it again: it needs no new QR.',
    phoneTitle: 'Pretend phones',
    whose: 'Whose phone',
    shop: 'The shop',
    customer: 'A customer',
    linkedDevices: 'Linked devices',
    shopHint: 'The shop’s phone points at the QR.',
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
    poll_vote: 'votes',
    openFile: 'Open the file',
    pollName: 'How would you like it?',
    pollFirst: 'Whole beans',
    pollSecond: 'Ground',
    pollThird: 'Surprise me',
    sent: 'sent',
    arrived: 'arrived',
    backendTitle: 'Your backend',
    replyLabel: 'Send with POST /sessions/:id/send-message',
    replyHint: 'Answer as your backend',
    replyOther: 'Or with POST /sessions/:id/messages',
    callbacksTitle: 'Callbacks it has received',
    empty: 'None yet: the first one comes with the QR.',
    body: 'Body',
    headers: 'Headers',
    away: 'while it was down',
    again: 'again',
    isConnected: 'is connected',
    newCode: 'A new QR to show',
    trialsTitle: 'Put it to the test',
    refresh: 'Refresh the secret',
    refreshHint: 'WhatsApp sends companion_reg_refresh: the QR changes, and the old one is worth nothing.',
    kill: 'Kill the orchestrator',
    start: 'Start the orchestrator',
    killHint: 'kill -9. Write from the phone meanwhile: nothing is lost, and no new QR is needed.',
    down: 'Take the backend down',
    up: 'Bring the backend back',
    downHint: 'Callbacks wait in their order; they are tried again after 1, 2, 5, 10… seconds.',
    restart: 'Restart the session',
    restartHint: 'A new line to WhatsApp with the same credentials.',
    delete: 'Delete the session',
    deleteHint: 'The device disappears from the phone too.',
    cut: 'The demo has ended.',
  },
  es: {
    lede: 'Todo el producto en marcha, con teléfonos de mentira en lugar de los de verdad.',
    chips: 'Cómo está todo',
    session: 'Sesión',
    orchestrator: 'Orquestador',
    backend: 'Backend',
    running: 'en marcha',
    starting: 'arrancando',
    stopped: 'caído',
    none: 'ninguna',
    unknown: 'se sabrá luego',
    connecting: 'conectando',
    connected: 'conectada',
    disconnected: 'desconectada',
    error: 'error',
    linkTitle: 'Vincula una cuenta',
    qrTime: 'Tiempo que le queda a este código',
    qrAlt: 'QR que vincula una cuenta',
    newQr: 'Nuevo QR',
    number: 'Número',
    device: 'Dispositivo',
    sessionId: 'Sesión',
    loading: 'Pidiendo un QR…',
    qrShown: 'Esperando a que lo escaneen',
    qrShownHint: 'Pulsa «Escanear» en el teléfono. El código se renueva solo mientras nadie lo haga.',
    linking: 'Escaneado: iniciando sesión…',
    linkingHint: '',
    linked: 'Conectada',
    linkedHint: 'Escribe desde el teléfono de la clienta, o responde como backend.',
    repairing: 'Se está reparando la línea',
    repairingHint: 'Vuelve sola.',
    over: 'La sesión terminó',
    noSession: 'Sin sesión',
    noSessionHint: 'La cuenta no está vinculada.',
    gone: 'El orquestador está caído',
    goneHint: 'Arráncalo de nuevo: no hace falta otro QR.',
    phoneTitle: 'Teléfonos de mentira',
    whose: 'De quién es el teléfono',
    shop: 'La tienda',
    customer: 'Una clienta',
    linkedDevices: 'Dispositivos vinculados',
    shopHint: 'El teléfono de la tienda apunta al QR.',
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
    poll_vote: 'vota',
    openFile: 'Abrir el archivo',
    pollName: '¿Cómo lo quieres?',
    pollFirst: 'En grano',
    pollSecond: 'Molido',
    pollThird: 'Sorpréndeme',
    sent: 'enviado',
    arrived: 'llegó',
    backendTitle: 'Tu backend',
    replyLabel: 'Envía con POST /sessions/:id/send-message',
    replyHint: 'Responde como tu backend',
    replyOther: 'O con POST /sessions/:id/messages',
    callbacksTitle: 'Avisos que ha recibido',
    empty: 'Ninguno todavía: el primero llega con el QR.',
    body: 'Cuerpo',
    headers: 'Cabeceras',
    away: 'mientras estaba caído',
    again: 'repetido',
    isConnected: 'está conectado',
    newCode: 'Un nuevo QR para mostrar',
    trialsTitle: 'Ponlo a prueba',
    refresh: 'Renovar el secreto',
    refreshHint: 'WhatsApp envía companion_reg_refresh: el QR cambia, y el anterior ya no vale nada.',
    kill: 'Matar el orquestador',
    start: 'Arrancar el orquestador',
    killHint: 'kill -9. Escribe mientras tanto desde el teléfono: no se pierde nada, ni hace falta otro QR.',
    down: 'Tirar el backend',
    up: 'Levantar el backend',
    downHint: 'Los avisos esperan en su orden; se reintentan tras 1, 2, 5, 10… segundos.',
    restart: 'Reiniciar la sesión',
    restartHint: 'Una línea nueva con WhatsApp y las mismas credenciales.',
    delete: 'Eliminar la sesión',
    deleteHint: 'El dispositivo desaparece también del teléfono.',
    cut: 'La demo ha terminado.',
  },
};

let language = navigator.language.toLowerCase().startsWith('es') ? 'es' : 'en';

/**
 * What the page says, in the language of now.
 * @param {string} name a name of TEXTS
 * @returns {string} the text
 */
export function text(name) {
  return TEXTS[language][name] ?? name;
}

/** Changes to the other language. */
export function switchLanguage() {
  language = language === 'es' ? 'en' : 'es';
  translatePage();
}

/** Puts the texts of the language of now into everything that names one. */
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
 * A time of day as the language writes it.
 * @param {string} iso ISO 8601
 * @param {boolean} seconds whether seconds are shown
 * @returns {string} the time
 */
export function timeOfDay(iso, seconds = false) {
  const parts = { hour: '2-digit', minute: '2-digit', ...(seconds && { second: '2-digit' }), hour12: false };
  return new Date(iso).toLocaleTimeString(language, parts);
}
