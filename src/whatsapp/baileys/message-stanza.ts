import { type BinaryNode, isJidNewsletter } from '@whiskeysockets/baileys';

/**
 * A message's stanza in the form in which Baileys may handle it: with the same buffers, but without
 * - `offline`, which would put it into Baileys' own queue;
 * - verified names: one that cannot be decoded makes Baileys drop the whole message, and nobody needs them;
 * - the other name of what WhatsApp withholds because it can be viewed only once, which Baileys skips;
 * - plaintext, unless a channel sent it: Baileys takes anybody's for genuine, and what a person writes is always encrypted.
 */
export function handleable(stanza: BinaryNode): BinaryNode {
  const attrs = { ...stanza.attrs };
  delete attrs.offline;
  if (!Array.isArray(stanza.content)) return { ...stanza, attrs };
  const isChannel = isJidNewsletter(attrs.from) === true;
  const isUnwanted = (tag: string) => tag === 'verified_name' || (tag === 'plaintext' && !isChannel);
  const content = stanza.content.filter(({ tag }) => !isUnwanted(tag)).map(withKnownName);
  return { ...stanza, attrs, content };
}

function withKnownName(child: BinaryNode): BinaryNode {
  const isViewOnce = child.tag === 'unavailable' && child.attrs.type === 'view_once_unavailable_fanout';
  return isViewOnce ? { ...child, attrs: { ...child.attrs, type: 'view_once' } } : child;
}
