import type { AxiosInstance, AxiosRequestConfig, AxiosResponse, AxiosStatic } from 'axios';

/** Loaded at the first request: axios takes a tenth of the time that the process needs to start. */
let loading: Promise<AxiosInstance> | undefined;

/**
 * Sends a request that is not hot with axios, without its surprises: it connects to the server that the URL names, never to a proxy
 * of the environment; follows no redirect; resolves with any status; and returns the body as it came.
 *
 * An `AxiosError` carries its request, with keys in the headers, so none leaves here: a request fails with the error beneath
 * it, and an aborted one with the reason of its signal, as with `fetch`.
 */
export async function httpRequest<Data>(request: AxiosRequestConfig): Promise<AxiosResponse<Data>> {
  loading ??= import('axios').then(({ default: axios }) => clientOf(axios));
  return (await loading).request<Data>(request);
}

function clientOf(axios: AxiosStatic): AxiosInstance {
  const client = axios.create({
    adapter: 'http',
    proxy: false,
    maxRedirects: 0,
    validateStatus: () => true,
    transformRequest: [],
    transformResponse: [],
  });
  client.interceptors.response.use(undefined, (error: unknown) => {
    throw withoutRequest(error, axios);
  });
  return client;
}

function withoutRequest(error: unknown, axios: AxiosStatic): unknown {
  if (!axios.isAxiosError(error)) return error;
  const signal = error.config?.signal as AbortSignal | undefined;
  if (axios.isCancel(error) && signal?.aborted) return signal.reason;
  return error.cause ?? new Error(error.message);
}
