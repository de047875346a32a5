# Only the orchestrator. Node runs the TypeScript directly: no compiler; what it makes of that is cached at the end.
#
# The base image. A tag moves, a digest does not: pin it for builds that anybody can repeat, and renew it for security updates.
#   docker buildx imagetools inspect node:24-slim --format '{{.Manifest.Digest}}'     prints sha256:…
#   docker build --build-arg NODE_IMAGE=node:24-slim@sha256:… -t whatsapp-orchestrator .
ARG NODE_IMAGE=node:24-slim
FROM ${NODE_IMAGE}

# What an image is made of, for registries and scanners:
#   --build-arg VERSION=4.0.0 --build-arg REVISION=$(git rev-parse HEAD) --build-arg CREATED=$(date -u +%FT%TZ)
ARG VERSION=unknown
ARG REVISION=unknown
ARG CREATED=unknown
ARG NODE_IMAGE
LABEL org.opencontainers.image.title="WhatsApp Orchestrator" \
  org.opencontainers.image.description="Connects many WhatsApp accounts to your backend" \
  org.opencontainers.image.licenses="MIT" \
  org.opencontainers.image.base.name="${NODE_IMAGE}" \
  org.opencontainers.image.version="${VERSION}" \
  org.opencontainers.image.revision="${REVISION}" \
  org.opencontainers.image.created="${CREATED}"

ENV NODE_ENV=production
WORKDIR /app

# Packages first: this layer is cached until the lock file changes.
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev && npm cache clean --force

COPY bin ./bin
COPY src ./src

# auth_sessions holds the keys of the WhatsApp accounts: readable by its owner only. A new volume inherits owner and mode.
RUN mkdir -p auth_sessions downloads backups node_modules/.cache \
  && chown node:node auth_sessions downloads backups node_modules/.cache \
  && chmod 700 auth_sessions backups \
  && ln -s /app/bin/backup.js /usr/local/bin/backup \
  && ln -s /app/bin/doctor.js /usr/local/bin/doctor \
  && ln -s /app/bin/setup.js /usr/local/bin/setup
# Commands of their own: `docker exec <container> backup backups/<name>`, `docker exec <container> doctor`, and before there is a container
# `docker run --rm <image> setup --print --backend <url> > .env`.
VOLUME ["/app/auth_sessions", "/app/downloads"]
USER node
# What Node has compiled, so that a first start is as quick as the next: as this user and with the options of CMD, or it does not count. Where the
# root is read-only it stays as it is; elsewhere starts add to it.
RUN ["node", "--max-semi-space-size=16", "--min-semi-space-size=16", "--no-parallel-scavenge", "--heap-growing-percent=150", "bin/compile.js"]

# 3001 is for other nodes only: never publish it.
EXPOSE 3000 3001
# Whether the process answers. A database or backend that is away is no reason to restart it.
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT || 3000}/livez`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]

# As PID 1 it handles SIGTERM itself and starts no children: `--init` (tini) works, but is not needed.
# Graceful shutdown takes up to 20 s, more than Docker's default of 10 s: use `--stop-timeout 30` (a node of several: 90), or a compose file.
# The option is that of `npm start`: see docs/performance.md, "Memory".
CMD ["node", "--max-semi-space-size=16", "--min-semi-space-size=16", "--no-parallel-scavenge", "--heap-growing-percent=150", "bin/whatsapp-orchestrator.js"]
