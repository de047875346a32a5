/** Server sentences about fields of a form that the page rephrases; `$1` is the part it keeps. */
export const FIELDS_ENGLISH = [
  [/^The field "secret" must be whsec_.*$/, 'This is not a secret: whsec_ followed by base64 of 18 to 74 bytes is.'],
  [
    /^The field "headers" must not contain headers of the connection.*$/,
    'Some headers cannot be set: those of the connection, and content-, user-agent, webhook- and x-session- headers.',
  ],
  [
    /^The field "headers" must be an object of at most (\d+) headers.*$/,
    'At most $1 headers are possible: names without spaces, and values of printable ASCII.',
  ],
  [/^The field "name" must be a text of at most (\d+).*$/, 'The name has at most $1 printable characters.'],
  [
    /^The field "labels" must be a list of at most (\d+) different texts of 1 to (\d+).*$/,
    'There are at most $1 labels, all of them different, of at most $2 printable characters.',
  ],
  [/^The field "recipients" must be a list of 1 to (\d+).*$/, 'There are at most $1 recipients.'],
  [/^The field "recipients" is not .*$/, 'One of the recipients is no phone number with country code, and no address.'],
  [/^The field "days" must be a whole number from 0 to (\d+).*$/, 'Days are a whole number from 0 to $1.'],
  [/^The field "url" must be a URL.*$/, 'This is not a URL, or it is too long.'],
];

/** The Spanish of server sentences about fields; `$1` is the part that stays as it is. */
export const FIELDS_SPANISH = [
  [/^The field "secret" must be whsec_.*$/, 'Esto no es un secreto: lo es whsec_ seguido del base64 de 18 a 74 bytes.'],
  [
    /^The field "headers" must not contain headers of the connection.*$/,
    'Algunos encabezados no se pueden definir: los de la conexión y los que empiezan por content-, user-agent, webhook- y x-session-.',
  ],
  [
    /^The field "headers" must be an object of at most (\d+) headers.*$/,
    'Hay como máximo $1 encabezados: nombres sin espacios y valores de ASCII imprimible.',
  ],
  [/^The field "name" must be a text of at most (\d+).*$/, 'El nombre tiene como máximo $1 caracteres imprimibles.'],
  [
    /^The field "labels" must be a list of at most (\d+) different texts of 1 to (\d+).*$/,
    'Hay como máximo $1 etiquetas, todas distintas, de hasta $2 caracteres imprimibles.',
  ],
  [/^The field "recipients" must be a list of 1 to (\d+).*$/, 'Hay como máximo $1 destinatarios.'],
  [/^The field "recipients" is not .*$/, 'Un destinatario no es un número con código de país, ni una dirección.'],
  [/^The field "days" must be a whole number from 0 to (\d+).*$/, 'Los días son un número entero de 0 a $1.'],
  [/^The field "url" must be a URL.*$/, 'Esto no es una URL, o es demasiado larga.'],
  [/^The field "(.*)" is unknown; did you mean "(.*)"\?$/, 'El campo «$1» no existe; ¿querías decir «$2»?'],
  [/^The field "(.*)" is missing, and "(.*)" is unknown\.$/, 'Falta el campo «$1», y «$2» no existe.'],
];
