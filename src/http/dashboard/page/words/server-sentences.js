import { FIELDS_ENGLISH, FIELDS_SPANISH } from './field-sentences.js';

/** Server sentences about sessions and deliveries that the page rephrases; `$1` is the part it keeps. */
export const ENGLISH_SENTENCES = [
  [/^only this delivery fails: (.*)$/, 'Only this delivery fails: $1'],
  [/^the backend refuses it: (.*)$/, 'Rejected for its content: $1'],
  [/^it has failed for too long: (.*)$/, 'It failed for too long: $1'],
  [/^it has expired: (.*)$/, 'It has expired: $1'],
  [/the backend answered (\d+)$/, 'your backend answered $1.'],
  [/the backend did not answer in time$/, 'your backend did not answer in time.'],
  [
    /the backend did not send a complete answer of at most 64 KiB$/,
    'your backend sent no complete answer up to 64 KiB.',
  ],
  [/the backend is not reachable \((.*)\)$/, 'your backend cannot be reached ($1).'],
  [
    /^The oldest callback of (\d+) sessions? keeps failing.*$/,
    'Accounts whose oldest delivery keeps failing and holds up the others: $1.',
  ],
  [/^Webhooks that keep failing: (\d+)\..*$/, 'Further webhooks that keep failing: $1. See Deliveries.'],
  [
    /^Webhooks that are ten minutes behind or more: (\d+)\..*$/,
    'Further webhooks that are ten minutes behind or more: $1. See Deliveries.',
  ],
  [/^your /, 'Your '],
  [/^the mail server is not reachable \((.*)\)$/, 'the mail server cannot be reached ($1).'],
  [/^the receiver refuses it: (.*)$/, 'Rejected for its content: $1'],
  [/the receiver answered (\d+)$/, 'the receiver answered $1.'],
  [/the receiver did not answer in time$/, 'the receiver did not answer in time.'],
  [
    /the receiver did not send a complete answer of at most 64 KiB$/,
    'the receiver sent no complete answer up to 64 KiB.',
  ],
  [/the receiver is not reachable \((.*)\)$/, 'the receiver cannot be reached ($1).'],
  [/^the receiver /, 'The receiver '],
  ...FIELDS_ENGLISH,
];

/** The Spanish of server sentences about sessions and deliveries; `$1` is the part that stays as it is. */
export const SPANISH_SENTENCES = [
  [
    /^(\S+) has a new security code: .*$/,
    '$1 tiene otro código de seguridad: otro teléfono, otra instalación u otra persona con ese número.',
  ],
  [
    /^WhatsApp stops accepting the client version (\S+) on (\S+), since WHATSAPP_VERSION.*$/,
    'WhatsApp deja de aceptar la versión $1 del cliente el $2. Quita WHATSAPP_VERSION o cámbiala antes.',
  ],
  [
    /^WhatsApp stops accepting the client version (\S+) on (\S+)\..*$/,
    'WhatsApp deja de aceptar la versión $1 del cliente el $2. La siguiente se busca sola; actualiza el orquestador si la conexión falla.',
  ],
  [
    /^Somebody tries to register this account on another phone\..*$/,
    'Alguien intenta registrar esta cuenta en otro teléfono. Si no es su dueño, protégela con un PIN: ajustes de WhatsApp en el teléfono, verificación en dos pasos.',
  ],
  [/^Connection lost: (.*)$/, 'Conexión perdida: $1'],
  [
    /^WhatsApp cannot be reached: the name (\S+) cannot be resolved \(DNS: (.*)\)\..*$/,
    'No se puede llegar a WhatsApp: el nombre $1 no se resuelve (DNS: $2). Revisa los servidores DNS de esta máquina o contenedor.',
  ],
  [
    /^WhatsApp cannot be reached: the connection to (\S+) is refused \((.*)\)\..*$/,
    'No se puede llegar a WhatsApp: se rechaza la conexión con $1 ($2). Revisa los cortafuegos, y WHATSAPP_WS_URL si está definida.',
  ],
  [
    /^WhatsApp cannot be reached: TLS fails \((.*)\)\..*$/,
    'No se puede llegar a WhatsApp: falla TLS ($1). Revisa si algo en el camino cambia los certificados, y el reloj de esta máquina.',
  ],
  [
    /^WhatsApp cannot be reached: it did not answer in time\..*$/,
    'No se puede llegar a WhatsApp: no respondió a tiempo. Revisa los cortafuegos y las rutas.',
  ],
  [
    /^WhatsApp cannot be reached: the connection to (\S+) is not answered in time \((.*)\)\..*$/,
    'No se puede llegar a WhatsApp: $1 no respondió a tiempo ($2). Revisa los cortafuegos y las rutas.',
  ],
  [
    /^WhatsApp cannot be reached: the connection to (\S+) fails \((.*)\)\..*$/,
    'No se puede llegar a WhatsApp: falla la conexión con $1 ($2). Revisa la red de esta máquina o contenedor.',
  ],
  [
    /^WhatsApp cannot be reached: its name cannot.*$/,
    'No se puede llegar a WhatsApp: su nombre no se resuelve (DNS). El registro tiene los detalles.',
  ],
  [
    /^WhatsApp cannot be reached: the connection is refused.*$/,
    'No se puede llegar a WhatsApp: se rechaza la conexión. El registro tiene los detalles.',
  ],
  [
    /^WhatsApp cannot be reached: TLS fails\..*$/,
    'No se puede llegar a WhatsApp: falla TLS. El registro tiene los detalles.',
  ],
  [
    /^WhatsApp cannot be reached: the proxy is away or refuses.*$/,
    'No se puede llegar a WhatsApp: el proxy no está o rechaza la conexión. El registro tiene los detalles.',
  ],
  [
    /^WhatsApp cannot be reached: it does not answer in time.*$/,
    'No se puede llegar a WhatsApp: no responde a tiempo. El registro tiene los detalles.',
  ],
  [
    /^WhatsApp cannot be reached: there is no way to its network.*$/,
    'No se puede llegar a WhatsApp: no hay camino hasta su red. El registro tiene los detalles.',
  ],
  [/^Stopped on request; .*$/, 'Detenida a pedido; el dispositivo sigue vinculado.'],
  [
    /^The QR was scanned with (\S+), but this session belongs to (\S+);.*$/,
    'El código se escaneó con $1, pero esta cuenta es $2; ese dispositivo se desvinculó. Conéctala de nuevo con su propio número.',
  ],
  [/^The proxy (\S+) cannot be reached \((.*)\)\.$/, 'No se puede llegar al proxy $1 ($2).'],
  [/^The proxy (\S+) refuses the connection \((.*)\)\.$/, 'El proxy $1 rechaza la conexión ($2).'],
  [/^The proxy (\S+) did not answer within (\d+) seconds\.$/, 'El proxy $1 no respondió en $2 segundos.'],
  [/^The proxy of this session cannot be read.*$/, 'No se puede leer el proxy de esta sesión; defínelo de nuevo.'],
  [
    /^WhatsApp is not accepting connections right now \(503\).*$/,
    'WhatsApp no acepta conexiones por ahora (503); se reintenta.',
  ],
  [
    /^(The pairing code is no longer valid; request a new one\. )?WhatsApp wanted a passkey to link this device.*$/,
    'WhatsApp pidió una llave de acceso para vincular este dispositivo, y nadie completó ese paso a tiempo.',
  ],
  [
    /^(The pairing code is no longer valid; request a new one\. )?The phone showed another code than this server.*$/,
    'El teléfono mostró otro código que este servidor: la vinculación se interrumpió.',
  ],
  [
    /^(?:The pairing code is no longer valid; request a new one\. )?WhatsApp broke off the linking with a passkey: (.*)$/,
    'WhatsApp interrumpió la vinculación con llave de acceso: $1',
  ],
  [/^The connection on which WhatsApp wanted it was closed\.$/, 'Se cerró la conexión en la que WhatsApp la pedía.'],
  [/^Pairing failed: (.*)$/, 'La vinculación falló: $1'],
  [
    /^WhatsApp does not accept this client \((\d+)\).*$/,
    'WhatsApp no acepta este cliente ($1). Revisa los ajustes WHATSAPP_*.',
  ],
  [
    /^No data received for an hour.*$/,
    'No llegaron datos durante una hora; se reconectó por si la conexión se había quedado colgada.',
  ],
  [
    /^Cannot write to storage.*$/,
    'No se puede escribir en el disco (¿está lleno?). WhatsApp retiene los mensajes; la conexión vuelve con el disco.',
  ],
  [
    /^The store of media files \(MEDIA_S3_BUCKET\).*$/,
    'El almacén de archivos (MEDIA_S3_BUCKET) no responde o rechaza las solicitudes: los mensajes llegan sin sus archivos.',
  ],
  [
    /^The number of pending callbacks has reached MAX_PENDING_CALLBACKS.*$/,
    'Las entregas pendientes alcanzaron MAX_PENDING_CALLBACKS: las conexiones se cierran y WhatsApp retiene los mensajes.',
  ],
  [
    /^Free disk space is below MIN_FREE_DISK.*$/,
    'El espacio libre en disco es menor que MIN_FREE_DISK: las conexiones se cierran y WhatsApp retiene los mensajes.',
  ],
  [
    /^The database has reached DATABASE_MAX_SIZE.*$/,
    'La base de datos alcanzó DATABASE_MAX_SIZE: las conexiones se cierran y WhatsApp retiene los mensajes.',
  ],
  [
    /^The database is close to DATABASE_MAX_SIZE.*$/,
    'La base de datos está cerca de DATABASE_MAX_SIZE, y solo queda lo que debe conservarse: aumenta el límite.',
  ],
  [
    /^The device was unlinked on the phone.*$/,
    'El dispositivo se desvinculó en el teléfono. Conecta la cuenta de nuevo con otro código QR.',
  ],
  [/^WhatsApp does not know this device.*$/, 'WhatsApp no conoce este dispositivo: nunca se vinculó.'],
  [
    /^Another process took over the connection.*$/,
    'Otro proceso tomó la conexión de este dispositivo; se reintenta más tarde.',
  ],
  [
    /^Another process keeps taking over the connection.*$/,
    'Otro proceso toma una y otra vez la conexión de este dispositivo. Detenlo y reinicia la sesión.',
  ],
  [
    /^WhatsApp no longer accepts this client version.*$/,
    'WhatsApp ya no acepta esta versión del cliente. Actualiza el orquestador o define WHATSAPP_VERSION, y reinicia.',
  ],
  [
    /^WhatsApp no longer accepts the client version in WHATSAPP_VERSION.*$/,
    'WhatsApp ya no acepta la versión de WHATSAPP_VERSION. Quita el ajuste o usa una más nueva, y reinicia.',
  ],
  [
    /^WhatsApp is not issuing pairing codes right now.*$/,
    'WhatsApp no da códigos de vinculación por ahora; inténtalo más tarde.',
  ],
  [/^The pairing code is no longer valid.*$/, 'El código de vinculación ya no es válido; pide otro.'],
  [
    /^WhatsApp banned this account temporarily.*$/,
    'WhatsApp bloqueó esta cuenta temporalmente y no dijo por cuánto tiempo. Espera y reinicia la sesión.',
  ],
  [
    /^WhatsApp banned this account for (\d+) minutes?\..*$/,
    'WhatsApp bloqueó esta cuenta durante $1 min. Después se reconecta automáticamente.',
  ],
  [
    /^The phone does not support linked devices.*$/,
    'El teléfono no admite dispositivos vinculados. Actualiza WhatsApp en él y reinicia la sesión.',
  ],
  [
    /^WhatsApp locked or banned this account \((\d+)\).*$/,
    'WhatsApp bloqueó esta cuenta ($1). Abre WhatsApp en el teléfono y reinicia la sesión.',
  ],
  [
    /^WhatsApp refused a pairing code for this number \((.*?)\).*$/,
    'WhatsApp rechazó un código de vinculación para este número ($1). Comprueba que sea el número del teléfono.',
  ],
  [
    /^The credentials of this session are missing.*$/,
    'Faltan las credenciales de esta sesión. Conecta la cuenta de nuevo con otro código QR.',
  ],
  [/^The session is restarting$/, 'La sesión se está reiniciando'],
  [/^The server was restarted$/, 'El servidor se reinició'],
  [/^Baileys failed at (\S+): (.*)$/, 'Baileys falló en $1: $2'],
  [/^Baileys failed to handle what WhatsApp sent: (.*)$/, 'Baileys no pudo procesar lo que envió WhatsApp: $1'],
  [/^Baileys failed outside of its listeners: (.*)$/, 'Baileys falló fuera de sus manejadores: $1'],
  [/^WhatsApp does not answer queries on this connection$/, 'WhatsApp no responde a las consultas en esta conexión'],
  [/^WhatsApp did not complete the login$/, 'WhatsApp no completó el inicio de sesión'],
  [
    /^WhatsApp did not signal the end of the offline queue$/,
    'WhatsApp no indicó el final de la cola de mensajes pendientes',
  ],
  [
    /^WhatsApp did not signal the end of the offline queue in time.*$/,
    'WhatsApp no indicó a tiempo el final de la cola de mensajes pendientes; se continúa sin esperarlo',
  ],
  [/^Work under (.*) did not finish in time$/, 'Un trabajo con $1 no terminó a tiempo'],
  [/WhatsApp refused the connection \(HTTP (.*)\)$/, 'WhatsApp rechazó la conexión (HTTP $1)'],
  [/The connection to WhatsApp did not open in time$/, 'la conexión con WhatsApp no se abrió a tiempo'],
  [/WhatsApp did not respond on a new connection in time$/, 'WhatsApp no respondió a tiempo en una conexión nueva'],
  [/^Until (\S+)$/, 'Hasta $1'],
  [/^The pairing code was not entered in time.*$/, 'El código de vinculación no se escribió a tiempo. Pide otro.'],
  [
    /^(\d+) uncaught exceptions? since start-up.*$/,
    'Excepciones no capturadas desde el inicio: $1. Consulta el registro.',
  ],
  [/^Cannot read a stored value \((.*)\)$/, 'No se puede leer un valor almacenado ($1); se apartó'],
  [
    /^(\d+) stored values? could not be read.*$/,
    'Valores almacenados que no se pudieron leer y se apartaron: $1. Consulta los historiales y el registro.',
  ],
  [/its stored content is damaged$/, 'su contenido almacenado está dañado.'],
  [
    /^(\d+) log lines? since start-up could not.*$/,
    'Líneas del registro que no se pudieron escribir desde el inicio y se descartaron: $1.',
  ],
  [
    /^The account was linked again; its new device is connecting\.$/,
    'La cuenta se vinculó de nuevo; su dispositivo nuevo se está conectando.',
  ],
  [/^only this delivery fails: (.*)$/, 'Solo falla esta entrega: $1'],
  [/^the backend refuses it: (.*)$/, 'Rechazada por su contenido: $1'],
  [/^it has failed for too long: (.*)$/, 'Falló durante demasiado tiempo: $1'],
  [/^it has expired: (.*)$/, 'Caducó: $1'],
  [/the backend answered (\d+)$/, 'tu backend respondió $1.'],
  [/the backend did not answer in time$/, 'tu backend no respondió a tiempo.'],
  [
    /the backend did not send a complete answer of at most 64 KiB$/,
    'tu backend no envió una respuesta completa de hasta 64 KiB.',
  ],
  [/the backend is not reachable \((.*)\)$/, 'no se puede conectar con tu backend ($1).'],
  [
    /^The oldest callback of (\d+) sessions? keeps failing.*$/,
    'Cuentas cuya entrega más antigua falla una y otra vez y retiene las demás: $1.',
  ],
  [/^Webhooks that keep failing: (\d+)\..*$/, 'Otros webhooks que fallan una y otra vez: $1. Mira Entregas.'],
  [
    /^Webhooks that are ten minutes behind or more: (\d+)\..*$/,
    'Otros webhooks con diez minutos de retraso o más: $1. Mira Entregas.',
  ],
  [/^the receiver refuses it: (.*)$/, 'Rechazado por su contenido: $1'],
  [/the receiver answered (\d+)$/, 'el receptor respondió $1.'],
  [/the receiver did not answer in time$/, 'el receptor no respondió a tiempo.'],
  [
    /the receiver did not send a complete answer of at most 64 KiB$/,
    'el receptor no envió una respuesta completa de hasta 64 KiB.',
  ],
  [/the receiver is not reachable \((.*)\)$/, 'no se puede conectar con el receptor ($1).'],
  [/^el receptor /, 'El receptor '],
  [/^the mail server is not reachable \((.*)\)$/, 'no se puede conectar con el servidor de correo ($1).'],
  [/^the mail server did not answer in time$/, 'el servidor de correo no respondió a tiempo.'],
  ...FIELDS_SPANISH,
  [/^tu /, 'Tu '],
  [/^no /, 'No '],
];
