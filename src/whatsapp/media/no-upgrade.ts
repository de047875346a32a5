import type { ClientRequest } from 'node:http';

/**
 * Makes a request fail when the host switches protocols (101). Without a listener, Node closes such a connection and reports neither
 * an answer nor an error, not even when the request is aborted later: whoever awaits it would wait for ever.
 */
export function refuseUpgrade(outgoing: ClientRequest, failed: (error: Error) => void): ClientRequest {
  return outgoing.on('upgrade', (_answer, socket) => {
    socket.destroy();
    failed(new Error('The host switched protocols'));
  });
}
