import { readFileSync } from 'node:fs';

/** A file that is sent in the demo. */
export interface Sample {
  /** The file name in `media/`. */
  readonly name: string;
  readonly mimetype: string;
  readonly bytes: Buffer<ArrayBuffer>;
}

/** The kinds of files in the demo, in WhatsApp's terms. */
export type SampleKind = 'image' | 'voice';

/** The files that the customer's phone sends. */
export const CUSTOMER_SENDS: Readonly<Record<SampleKind, Sample>> = {
  image: sample('cup.jpg', 'image/jpeg'),
  voice: sample('question.ogg', 'audio/ogg; codecs=opus'),
};

/** The files that the backend sends for the shop; `page/send.js` names the same ones. */
export const SHOP_SENDS: Readonly<Record<SampleKind, Sample>> = {
  image: sample('bag.png', 'image/png'),
  voice: sample('answer.ogg', 'audio/ogg; codecs=opus'),
};

function sample(name: string, mimetype: string): Sample {
  return { name, mimetype, bytes: readFileSync(new URL(`./media/${name}`, import.meta.url)) };
}
