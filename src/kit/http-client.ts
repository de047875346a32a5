import axios from 'axios';

/**
 * axios for requests that are not hot, without its surprises: it connects to the server that the URL names, never to a proxy
 * of the environment; follows no redirect; resolves with any status; and returns the body as it came.
 *
 * An `AxiosError` carries its request, with keys in the headers, so none leaves here: a request fails with the error beneath
 * it, and an aborted one with the reason of its signal, as with `fetch`.
 */
export const httpClient = axios.create({
  adapter: 'http',
  proxy: false,
  maxRedirects: 0,
  validateStatus: () => true,
  transformRequest: [],
  transformResponse: [],
});

httpClient.interceptors.response.use(undefined, (error: unknown) => {
  throw withoutRequest(error);
});

function withoutRequest(error: unknown): unknown {
  if (!axios.isAxiosError(error)) return error;
  const signal = error.config?.signal as AbortSignal | undefined;
  if (axios.isCancel(error) && signal?.aborted) return signal.reason;
  return error.cause ?? new Error(error.message);
}
