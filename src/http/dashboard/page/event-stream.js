/**
 * Parses server-sent events. EventSource is no option: it cannot send the key in a header.
 * @param {ReadableStream} body
 * @param {() => void} onData called for every chunk, pings included
 * @yields {{event: string, data: any}} each event with its JSON data parsed; ends with the stream
 */
export async function* eventsOf(body, onData) {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let rest = '';
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    onData();
    const blocks = (rest + decoder.decode(value, { stream: true })).split('\n\n');
    rest = blocks.pop();
    for (const block of blocks) {
      const event = eventOf(block);
      if (event) yield event;
    }
  }
}

/** The event of one block; `undefined` when the block has only comments. */
function eventOf(block) {
  const lines = block.split('\n');
  const values = (name) => lines.filter((line) => line.startsWith(name)).map((line) => line.slice(name.length).trim());
  const data = values('data:').join('\n');
  if (data === '') return undefined;
  return { event: values('event:').at(-1) ?? 'message', data: JSON.parse(data) };
}
