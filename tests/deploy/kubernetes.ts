import { z } from 'zod';
import type { Manifest } from './helm.ts';

/*
 * The fields of Kubernetes' objects that the chart uses, with their types. An object with another field is refused: Kubernetes
 * itself ignores those, and a wrong name would go unnoticed.
 */

const text = z.string().min(1);
const name = z
  .string()
  .regex(/^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/)
  .max(63);
const texts = z.record(z.string(), z.string());
const selector = z.strictObject({ matchLabels: texts });
const quantity = z.string().regex(/^\d+(m|Ki|Mi|Gi|Ti)?$/);
const resources = z.strictObject({
  requests: z.record(z.enum(['cpu', 'memory']), quantity),
  limits: z.record(z.enum(['cpu', 'memory']), quantity).or(z.strictObject({ memory: quantity })),
});
const metadata = z.strictObject({ name, labels: texts, annotations: texts.optional() });

const probe = z.strictObject({
  httpGet: z.strictObject({ path: z.string().startsWith('/'), port: text }),
  periodSeconds: z.int(),
  timeoutSeconds: z.int(),
  failureThreshold: z.int(),
});
const variable = z.strictObject({ name: text, value: text }).or(
  z.strictObject({
    name: text,
    valueFrom: z.union([
      z.strictObject({ fieldRef: z.strictObject({ fieldPath: z.enum(['metadata.name', 'status.podIP']) }) }),
      z.strictObject({ secretKeyRef: z.strictObject({ name, key: text, optional: z.boolean().optional() }) }),
    ]),
  }),
);
const container = z.strictObject({
  name,
  image: text,
  imagePullPolicy: z.enum(['Always', 'IfNotPresent', 'Never']),
  ports: z.array(z.strictObject({ name, containerPort: z.int() })),
  env: z.array(variable),
  startupProbe: probe,
  livenessProbe: probe,
  readinessProbe: probe,
  lifecycle: z.strictObject({ preStop: z.strictObject({ exec: z.strictObject({ command: z.array(text) }) }) }),
  resources,
  securityContext: z.strictObject({
    allowPrivilegeEscalation: z.literal(false),
    readOnlyRootFilesystem: z.literal(true),
    capabilities: z.strictObject({ drop: z.tuple([z.literal('ALL')]) }),
  }),
  volumeMounts: z.array(z.strictObject({ name, mountPath: text, readOnly: z.boolean().optional() })),
});
const volume = z.union([
  z.strictObject({ name, emptyDir: z.strictObject({ sizeLimit: quantity }) }),
  z.strictObject({
    name,
    secret: z.strictObject({
      secretName: name,
      defaultMode: z.literal(0o440),
      items: z.array(z.strictObject({ key: text, path: text })).optional(),
    }),
  }),
]);
const apart = z.strictObject({
  weight: z.int().min(1).max(100),
  podAffinityTerm: z.strictObject({ topologyKey: text, labelSelector: selector }),
});

const podSpec = z.strictObject({
  serviceAccountName: name,
  automountServiceAccountToken: z.literal(false),
  enableServiceLinks: z.literal(false),
  terminationGracePeriodSeconds: z.int(),
  imagePullSecrets: z.array(z.strictObject({ name })).optional(),
  securityContext: z.strictObject({
    runAsNonRoot: z.literal(true),
    runAsUser: z.int().min(1),
    runAsGroup: z.int().min(1),
    fsGroup: z.int().min(1),
    fsGroupChangePolicy: z.enum(['OnRootMismatch', 'Always']),
    seccompProfile: z.strictObject({ type: z.literal('RuntimeDefault') }),
  }),
  affinity: z.strictObject({
    podAntiAffinity: z.strictObject({ preferredDuringSchedulingIgnoredDuringExecution: z.array(apart) }),
  }),
  nodeSelector: texts.optional(),
  tolerations: z.array(z.record(z.string(), z.unknown())).optional(),
  containers: z.tuple([container]),
  volumes: z.array(volume),
});

/** The Deployment of the nodes. */
export const deployment = z.strictObject({
  apiVersion: z.literal('apps/v1'),
  kind: z.literal('Deployment'),
  metadata,
  spec: z.strictObject({
    replicas: z.int(),
    strategy: z.strictObject({
      type: z.literal('RollingUpdate'),
      rollingUpdate: z.strictObject({ maxSurge: text, maxUnavailable: z.int() }),
    }),
    selector,
    template: z.strictObject({ metadata: z.strictObject({ labels: texts, annotations: texts }), spec: podSpec }),
  }),
});

/** A Service. */
export const service = z.strictObject({
  apiVersion: z.literal('v1'),
  kind: z.literal('Service'),
  metadata,
  spec: z.strictObject({
    type: z.enum(['ClusterIP', 'NodePort', 'LoadBalancer']).optional(),
    clusterIP: z.literal('None').optional(),
    publishNotReadyAddresses: z.boolean().optional(),
    selector: texts,
    ports: z.array(z.strictObject({ name, port: z.int(), targetPort: text })),
  }),
});

/** The NetworkPolicy of the nodes. */
export const networkPolicy = z.strictObject({
  apiVersion: z.literal('networking.k8s.io/v1'),
  kind: z.literal('NetworkPolicy'),
  metadata,
  spec: z.strictObject({
    podSelector: selector,
    policyTypes: z.tuple([z.literal('Ingress')]),
    ingress: z.array(
      z.strictObject({
        ports: z.array(z.strictObject({ protocol: z.literal('TCP'), port: text })),
        from: z
          .array(z.record(z.enum(['podSelector', 'namespaceSelector']), selector).or(z.looseObject({})))
          .optional(),
      }),
    ),
  }),
});

const secret = z.strictObject({
  apiVersion: z.literal('v1'),
  kind: z.literal('Secret'),
  metadata,
  type: z.literal('Opaque'),
  stringData: texts,
});
const serviceAccount = z.strictObject({
  apiVersion: z.literal('v1'),
  kind: z.literal('ServiceAccount'),
  metadata,
  automountServiceAccountToken: z.literal(false),
});
const disruptions = z.strictObject({
  apiVersion: z.literal('policy/v1'),
  kind: z.literal('PodDisruptionBudget'),
  metadata,
  spec: z.strictObject({ maxUnavailable: z.int(), selector }),
});
const podMonitor = z.strictObject({
  apiVersion: z.literal('monitoring.coreos.com/v1'),
  kind: z.literal('PodMonitor'),
  metadata,
  spec: z.strictObject({
    selector,
    podMetricsEndpoints: z.array(
      z.strictObject({
        port: text,
        path: text,
        interval: text,
        authorization: z.strictObject({ credentials: z.strictObject({ name, key: text }) }),
      }),
    ),
  }),
});
const issuerRef = z.strictObject({ name, kind: z.enum(['Issuer', 'ClusterIssuer']), group: text.optional() });
const issuer = z.strictObject({
  apiVersion: z.literal('cert-manager.io/v1'),
  kind: z.literal('Issuer'),
  metadata,
  spec: z
    .strictObject({ selfSigned: z.strictObject({}) })
    .or(z.strictObject({ ca: z.strictObject({ secretName: name }) })),
});
const certificate = z.strictObject({
  apiVersion: z.literal('cert-manager.io/v1'),
  kind: z.literal('Certificate'),
  metadata,
  spec: z.strictObject({
    isCA: z.boolean().optional(),
    commonName: z.string().max(64).optional(),
    secretName: name,
    duration: text.optional(),
    dnsNames: z.array(text).optional(),
    usages: z.array(z.enum(['digital signature', 'server auth', 'client auth'])).optional(),
    privateKey: z.strictObject({
      algorithm: z.literal('ECDSA'),
      size: z.literal(256),
      rotationPolicy: z.enum(['Always', 'Never']).optional(),
    }),
    issuerRef,
  }),
});
const postgres = z.strictObject({
  apiVersion: z.literal('postgresql.cnpg.io/v1'),
  kind: z.literal('Cluster'),
  metadata,
  spec: z.strictObject({
    instances: z.int(),
    imageName: text.optional(),
    postgresql: z.strictObject({
      synchronous: z.strictObject({
        method: z.enum(['any', 'first']),
        number: z.int(),
        dataDurability: z.enum(['required', 'preferred']),
      }),
      parameters: texts,
    }),
    bootstrap: z.strictObject({ initdb: z.strictObject({ database: name, owner: name }) }),
    storage: z.strictObject({ size: quantity, storageClass: name.optional() }),
    affinity: z.strictObject({
      enablePodAntiAffinity: z.boolean(),
      topologyKey: text,
      podAntiAffinityType: z.enum(['preferred', 'required']),
    }),
    resources,
  }),
});

const ANY = z.discriminatedUnion('kind', [
  deployment,
  service,
  networkPolicy,
  secret,
  serviceAccount,
  disruptions,
  podMonitor,
  issuer,
  certificate,
  postgres,
]);

/** What is wrong with the object's fields; nothing if Kubernetes would take it as it is. */
export function problems(manifest: Manifest): string[] {
  const { error } = ANY.safeParse(manifest);
  return (error?.issues ?? []).map((issue) => `${manifest.kind} ${issue.path.join('.')}: ${issue.message}`);
}
