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

/** Whether the host of this URL is the machine that the container runs on, by the name that Docker Desktop gives it. */
export function isHostMachine(url: string): boolean {
  return new URL(url).hostname === HOST_MACHINE;
}

const HOST_MACHINE = 'host.docker.internal';

/** What makes that name known on Linux, as a sentence. */
export const HOST_IN_CONTAINER = `Containers on Linux know the name ${HOST_MACHINE} only with --add-host=${HOST_MACHINE}:host-gateway; compose.yaml has that.`;

/** What to set instead, as sentences. */
export const LOCALHOST_IN_CONTAINER = `In a container, localhost is the container itself: set BACKEND_BASE_URL to the name of the service that the backend is, or to http://${HOST_MACHINE}:<port> for a backend on the host. ${HOST_IN_CONTAINER}`;
