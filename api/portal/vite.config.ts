import { fileURLToPath } from "node:url";
import vueI18n from "@intlify/unplugin-vue-i18n/vite";
import vue from "@vitejs/plugin-vue";
import { defineConfig } from "vite";

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

// Two documents: the public pages, which must stay small and know no GraphQL, and the workspace behind the login.
export default defineConfig({
  resolve: { alias: { "@": at("./src") } },
  plugins: [
    vue(),
    // Texts become functions here, so that the browser needs neither a message compiler nor `unsafe-eval`.
    vueI18n({ include: [at("./src/locales/**")], strictMessage: false, escapeHtml: false, runtimeOnly: true, compositionOnly: true, fullInstall: false }),
  ],
  build: {
    target: ["chrome109", "safari16.4"],
    rollupOptions: { input: { index: at("./index.html"), app: at("./app.html") } },
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    reportCompressedSize: false,
  },
  worker: { format: "es" },
  server: { host: "127.0.0.1", proxy: { "^/(graphql|session|log|files|imports|demo)": { target: process.env["RADLEDGER_URL"] ?? "http://127.0.0.1:8080", ws: true } } },
});
