# Debian, not Alpine: DuckDB's binaries are built for glibc.
FROM node:22-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --include=dev --no-audit --no-fund
COPY . .
RUN npm run build && npm prune --omit=dev --no-audit --no-fund

FROM node:22-bookworm-slim
ENV NODE_ENV=production
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
# The default warehouse and the download cache lie in ./data.
WORKDIR /data
RUN chown node:node /data
USER node
# Not bin/klinemill.mjs, which would build what is missing with scripts that are not here.
ENTRYPOINT ["node", "/app/dist/bin/klinemill.js"]
CMD ["--help"]
