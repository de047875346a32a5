# Only the orchestrator. Node runs the TypeScript directly: no compiler, no build step.
FROM node:24-slim

ENV NODE_ENV=production
WORKDIR /app

# Packages first: this layer is cached until the lock file changes.
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev && npm cache clean --force

COPY bin ./bin
COPY src ./src

# auth_sessions holds the keys of the WhatsApp accounts: readable by its owner only. A new volume inherits owner and mode.
RUN mkdir auth_sessions downloads && chown node:node auth_sessions downloads && chmod 700 auth_sessions
VOLUME ["/app/auth_sessions", "/app/downloads"]
USER node

# 3001 is for other nodes only: never publish it.
EXPOSE 3000 3001
# Whether the process answers. A database or backend that is away is no reason to restart it.
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT || 3000}/livez`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]

# As PID 1 it handles SIGTERM itself and starts no children: `--init` (tini) works, but is not needed.
# Graceful shutdown takes up to 20 s, more than Docker's default of 10 s: use `--stop-timeout 30` (a node of several: 90), or a compose file.
# The option is that of `npm start`: see docs/performance.md, "Memory".
CMD ["node", "--max-semi-space-size=16", "bin/whatsapp-orchestrator.js"]
