/** Calls a JSON API. Resolves with the parsed answer; rejects with its text unless the status is 2xx. */
export async function callJson<Answer>(
  url: string,
  { method = 'GET', body, headers = {} }: { method?: string; body?: unknown; headers?: Record<string, string> } = {},
): Promise<Answer> {
  const response = await fetch(url, {
    method,
    headers: { 'content-type': 'application/json', ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const answer = await response.text();
  if (!response.ok) throw new Error(`${method} ${url} was answered with ${response.status}: ${answer}`);
  return JSON.parse(answer) as Answer;
}
