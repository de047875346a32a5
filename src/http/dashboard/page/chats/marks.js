/**
 * What became of messages: an edit or a deletion is a message of its own, and the one that it is about stays as it was.
 * @param {any[]} messages of one conversation
 * @returns {any[]} the same, each with `mark`: `edited`, `deleted` or undefined
 */
export function marked(messages) {
  const edits = Map.groupBy(messages.filter(by('edited')), ({ edited_message_id: id }) => id);
  const deletions = Map.groupBy(messages.filter(by('deleted')), ({ deleted_message_id: id }) => id);
  return messages.map((message) => ({ ...message, mark: markOf(message, edits, deletions) }));
}

const by = (what) => (message) => message[`${what}_message_id`] !== null;

function markOf(message, edits, deletions) {
  const { message_id: id, chat_id: chatId } = message;
  const isSame = (other) => isByTheSame(message, other);
  // Administrators of a group delete what others wrote.
  if (deletions.get(id)?.some((other) => isSame(other) || chatId.endsWith('@g.us'))) return 'deleted';
  return edits.get(id)?.some(isSame) ? 'edited' : undefined;
}

/** Whoever writes chooses the id, so another person may have used it. */
function isByTheSame(one, other) {
  if (one.from_me || other.from_me) return one.from_me === other.from_me;
  const isEqual = (name) => one[name] !== null && one[name] === other[name];
  return isEqual('sender_number') || isEqual('sender_lid');
}
