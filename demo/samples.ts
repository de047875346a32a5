import { readFileSync } from 'node:fs';

/** A file that somebody in the demo sends. */
export interface Sample {
  /** Its name in `media/`. */
  readonly name: string;
  readonly mimetype: string;
  readonly bytes: Buffer<ArrayBuffer>;
}

/** The kinds of files that are sent here, as WhatsApp calls them. */
export type SampleKind = 'image' | 'voice';

/** What the customer's phone sends. */
export const CUSTOMER_SENDS: Readonly<Record<SampleKind, Sample>> = {
  image: sample('cup.jpg', 'image/jpeg'),
  voice: sample('question.ogg', 'audio/ogg; codecs=opus'),
};

/** What the backend sends in the name of the shop; the page names the same files. */
export const SHOP_SENDS: Readonly<Record<SampleKind, Sample>> = {
  image: sample('bag.png', 'image/png'),
  voice: sample('answer.ogg', 'audio/ogg; codecs=opus'),
};

function sample(name: string, mimetype: string): Sample {
  return { name, mimetype, bytes: readFileSync(new URL(`./media/${name}`, import.meta.url)) };
}
