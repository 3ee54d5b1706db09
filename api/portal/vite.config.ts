import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import vueI18n from "@intlify/unplugin-vue-i18n/vite";
import vue from "@vitejs/plugin-vue";
import { defineConfig, type Plugin } from "vite";

const service = process.env["RADLEDGER_URL"] ?? "http://127.0.0.1:8080";
const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** What the service does otherwise: it knows which document a path opens, and the operations of the last build by their hash. */
const development: Plugin = {
  name: "development",
  configureServer(server) {
    server.middlewares.use((request, _response, next) => {
      if (/^\/(app|me|audit)(\/|\?|$)/.test(request.url ?? "")) request.url = "/app.html";
      next();
    });
    server.middlewares.use("/graphql", (request, response, next) => {
      if (request.method !== "POST") return next();
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      request.on("end", async () => {
        const { documentId, ...rest } = JSON.parse(Buffer.concat(chunks).toString()) as { documentId?: string };
        const known = JSON.parse(readFileSync(at("./src/generated/api/persisted-documents.json"), "utf8")) as Record<string, string>;
        const body = JSON.stringify(documentId ? { ...rest, query: known[documentId] } : rest);
        const headers = {
          "content-type": "application/json",
          ...(request.headers.authorization ? { authorization: request.headers.authorization } : {}),
        };
        const answer = await fetch(`${service}/graphql`, { method: "POST", headers, body });
        response.writeHead(answer.status, { "content-type": answer.headers.get("content-type") ?? "application/json" });
        response.end(await answer.text());
      });
    });
  },
};

// Two documents: the public pages, which must stay small and know no GraphQL, and the workspace behind the login.
export default defineConfig({
  resolve: { alias: { "@": at("./src") } },
  plugins: [
    vue(),
    development,
    // Texts become functions here, so that the browser needs neither a message compiler nor `unsafe-eval`.
    vueI18n({
      include: [at("./src/locales/**")],
      strictMessage: false,
      escapeHtml: false,
      runtimeOnly: true,
      compositionOnly: true,
      fullInstall: false,
    }),
  ],
  // What no page uses is left out of the frame.
  define: { __VUE_OPTIONS_API__: "false", __INTLIFY_PROD_DEVTOOLS__: "false", __INTLIFY_DROP_MESSAGE_COMPILER__: "true" },
  build: {
    target: ["chrome109", "safari16.4"],
    rollupOptions: { input: { index: at("./index.html"), app: at("./app.html") } },
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    reportCompressedSize: false,
    manifest: true,
  },
  worker: { format: "es" },
  server: { host: "127.0.0.1", proxy: { "^/(session|log|files|imports|demo|healthz)(/|$|\\?)": { target: service } } },
});
