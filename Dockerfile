# The orchestrator on Node 24, as a user that is not root. Sessions and files live in two volumes.
FROM node:24-slim

ENV NODE_ENV=production
WORKDIR /app

COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev

COPY bin ./bin
COPY src ./src

RUN mkdir -p auth_sessions downloads && chown node:node auth_sessions downloads
USER node
VOLUME ["/app/auth_sessions", "/app/downloads"]
EXPOSE 3000

HEALTHCHECK --interval=30s --timeout=5s --start-period=10s \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT || 3000}/health`).then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]

CMD ["node", "bin/whatsapp-orchestrator.js"]
