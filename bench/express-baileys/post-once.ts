/** Posts a message, once, whatever becomes of it. */
export async function postOnce(url: string, message: unknown): Promise<void> {
  const headers = { 'content-type': 'application/json' };
  try {
    await fetch(url, { method: 'POST', headers, body: JSON.stringify(message) });
  } catch (error) {
    process.stderr.write(`The webhook failed: ${String(error)}\n`);
  }
}
