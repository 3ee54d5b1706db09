// The pages that everybody may open: small, and without any question to GraphQL.
import { createApp } from "vue";
import { createRouter, createWebHistory } from "vue-router";
import { i18n, loadTexts } from "@/shared/i18n";
import "@/styles/base.css";
import PublicShell from "./PublicShell.vue";

const router = createRouter({
  history: createWebHistory(),
  routes: [
    { path: "/", component: () => import("./HomePage.vue"), meta: { texts: ["home"] } },
    { path: "/verify/:event?", component: () => import("./VerifyPage.vue"), meta: { texts: ["verify"] } },
    { path: "/login", component: () => import("./LoginPage.vue"), meta: { texts: ["login"] } },
    { path: "/enrol", component: () => import("./EnrolPage.vue"), meta: { texts: ["login", "enrol"] } },
    { path: "/:rest(.*)*", component: () => import("./LostPage.vue") },
  ],
});
router.beforeEach(async (to) => loadTexts("public", ...((to.meta["texts"] as string[] | undefined) ?? [])));

const app = createApp(PublicShell).use(i18n).use(router);
await router.isReady();
app.mount("#page");
