const number = '5491234567890';
const message_id = '3EB0C767D097B7C7C1A5';
const file = (name: string) => ({ url: `https://example.com/${name}` });

/** A body of each type of message, for the documentation. */
export const MESSAGE_EXAMPLES: Readonly<Record<string, object>> = {
  text: { type: 'text', number, text: 'Hola desde WhatsApp!', reply_to: '3EB0B5A7D097B7C7AAAA' },
  image: { type: 'image', number, file: file('photo.jpg'), caption: 'Nuestro local' },
  video: { type: 'video', number, file: file('video.mp4'), caption: 'Así se arma' },
  audio: { type: 'audio', number, file: file('song.mp3') },
  voice: { type: 'voice', number, file: file('voice.ogg') },
  document: {
    type: 'document',
    number,
    file: { ...file('invoice.pdf'), file_name: 'factura-0042.pdf' },
    caption: 'Tu factura',
  },
  sticker: { type: 'sticker', number, file: file('sticker.webp') },
  location: { type: 'location', number, location: { latitude: -34.6037, longitude: -58.3816, name: 'Obelisco' } },
  contact: { type: 'contact', number, contacts: [{ name: 'Ana García', numbers: ['5491122334455'] }] },
  poll: {
    type: 'poll',
    number,
    poll: { name: '¿Qué día te queda bien?', options: ['Lunes', 'Martes'], selectable_count: 1 },
  },
  event: {
    ...{ type: 'event', number },
    event: { name: 'Reunión', start_at: '2027-01-15T18:00:00-03:00', join_link: 'https://example.com/meeting' },
  },
  buttons: {
    ...{ type: 'buttons', number, text: '¿Confirmas tu turno de mañana a las 10?' },
    buttons: [
      { type: 'reply', text: 'Sí', id: 'yes' },
      { type: 'url', text: 'Cambiarlo', url: 'https://example.com/appointments' },
    ],
  },
  list: {
    ...{ type: 'list', number, text: '¿Qué necesitas?', button: 'Ver opciones' },
    sections: [
      {
        title: 'Soporte',
        rows: [
          { id: 'billing', title: 'Facturación' },
          { id: 'other', title: 'Otra cosa', description: 'Te contacta una persona' },
        ],
      },
    ],
  },
  album: { type: 'album', number, images: 2, videos: 0 },
  reaction: { type: 'reaction', message_id, emoji: '👍' },
  edit: { type: 'edit', message_id, text: 'Hola, Ana' },
  delete: { type: 'delete', message_id },
  pin: { type: 'pin', message_id, pinned: true, seconds: 604_800 },
  keep: { type: 'keep', message_id, kept: true },
  vote: { type: 'vote', message_id, options: ['Lunes'] },
  event_answer: { type: 'event_answer', message_id, answer: 'going' },
  forward: { type: 'forward', number, message_id },
};
