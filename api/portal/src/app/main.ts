// The workspace behind the login.
import { createApp } from "vue";
import { createRouter, createWebHistory } from "vue-router";
import { i18n, loadTexts } from "@/shared/i18n";
import { login } from "@/shared/session";
import "@/styles/base.css";
import AppShell from "./AppShell.vue";
import { routes } from "./routes";

const router = createRouter({
  history: createWebHistory(),
  routes,
  scrollBehavior: (to, from, saved) => saved ?? (to.path === from.path ? false : { top: 0 }),
});
router.beforeEach(async (to) => {
  if (!login.value) {
    location.replace(`/login?next=${encodeURIComponent(to.fullPath)}`);
    return false;
  }
  await loadTexts("app", "pattern", "sign", ...((to.meta["texts"] as string[] | undefined) ?? []));
  return true;
});

const app = createApp(AppShell).use(i18n).use(router);
await router.isReady();
app.mount("#page");
