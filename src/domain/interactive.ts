/** A button below a message, with the text that it shows. */
export type Button = { text: string } & (
  | /** Answers with its text; `id` tells it from others. */ { type: 'reply'; id: string }
  | /** Opens an address on the web. */ { type: 'url'; url: string }
  | /** Copies a code. */ { type: 'copy'; code: string }
  | /** Calls a number, in digits. */ { type: 'call'; phoneNumber: string }
);

/** Rows of a list, under a title if there are several sections. */
interface ListSection {
  title: string | null;
  rows: { id: string; title: string; description: string | null }[];
}

/** The texts around the buttons or the list of a message. */
interface Framed {
  header: string | null;
  text: string;
  footer: string | null;
}

/** A message with buttons. */
export interface OutgoingButtons extends Framed {
  type: 'buttons';
  buttons: Button[];
}

/** A message with a button that opens a list to choose from. */
export interface OutgoingList extends Framed {
  type: 'list';
  button: string;
  sections: ListSection[];
}
