import { existsSync, readFileSync } from 'node:fs';

/** What tells of a container; tests hand in their own. */
export interface Surroundings {
  exists: (path: string) => boolean;
  /** The content of a file; empty if it cannot be read. */
  read: (path: string) => string;
}

const HERE: Surroundings = {
  exists: existsSync,
  read: (path) => {
    try {
      return readFileSync(path, 'utf8');
    } catch {
      return '';
    }
  },
};

/** Whether this process runs in a container: of Docker, Podman, Kubernetes or containerd. */
export function isInContainer({ exists, read }: Surroundings = HERE): boolean {
  const marks = ['/.dockerenv', '/run/.containerenv', '/var/run/secrets/kubernetes.io'];
  return marks.some(exists) || /docker|kubepods|containerd|libpod|lxc/.test(read('/proc/1/cgroup'));
}

/** Whether the host of this URL is the machine itself, which in a container is the container. */
export function isOwnMachine(url: string): boolean {
  const { hostname } = new URL(url);
  return hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname);
}

/** What to set instead, as sentences. */
export const LOCALHOST_IN_CONTAINER =
  'In a container, localhost is the container itself: set BACKEND_BASE_URL to the name of the service that the backend is, or to http://host.docker.internal:<port> for a backend on the host (with --add-host=host.docker.internal:host-gateway; compose.yaml has that).';
