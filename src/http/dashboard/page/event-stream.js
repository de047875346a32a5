/**
 * Reads server-sent events. Not by EventSource, which cannot send a key in a header.
 * @param {ReadableStream} body
 * @param {() => void} onLife called whenever anything comes, also the pings
 * @yields {{event: string, data: any}} each event, its data from JSON; ends with the stream
 */
export async function* eventsOf(body, onLife) {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let rest = '';
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    onLife();
    const blocks = (rest + decoder.decode(value, { stream: true })).split('\n\n');
    rest = blocks.pop();
    for (const block of blocks) {
      const event = eventOf(block);
      if (event) yield event;
    }
  }
}

/** One block of lines; `undefined` for one of comments alone. */
function eventOf(block) {
  const lines = block.split('\n');
  const values = (name) => lines.filter((line) => line.startsWith(name)).map((line) => line.slice(name.length).trim());
  const data = values('data:').join('\n');
  if (data === '') return undefined;
  return { event: values('event:').at(-1) ?? 'message', data: JSON.parse(data) };
}
