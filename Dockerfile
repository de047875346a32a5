# The orchestrator and nothing else: no compiler is needed, the TypeScript is run as it is.
FROM node:24-slim

ENV NODE_ENV=production
WORKDIR /app

# The packages first: this layer stays as long as the lock file does.
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev && npm cache clean --force

COPY bin ./bin
COPY src ./src

# Keys of WhatsApp accounts are in auth_sessions: for their owner only. A new volume takes over owner and mode.
RUN mkdir auth_sessions downloads && chown node:node auth_sessions downloads && chmod 700 auth_sessions
VOLUME ["/app/auth_sessions", "/app/downloads"]
USER node

EXPOSE 3000
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT || 3000}/health`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]

# As the first process it handles SIGTERM itself and starts no children, so `--init` (tini) is allowed, but not needed.
# It takes up to 20 s to end in order: give it more than docker's 10 s (`--stop-timeout 30`, or compose.yaml).
# A small young generation: see docs/performance.md, "Memory". As in `npm start`.
CMD ["node", "--max-semi-space-size=16", "bin/whatsapp-orchestrator.js"]
