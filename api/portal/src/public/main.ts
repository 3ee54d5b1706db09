// The pages that everybody may open: small, and without any question to GraphQL.
import { createApp } from "vue";
import { createRouter, createWebHistory } from "vue-router";
import { i18n, loadTexts } from "@/shared/i18n";
import "@/styles/base.css";
import PublicShell from "./PublicShell.vue";

const router = createRouter({
  history: createWebHistory(),
  scrollBehavior: (to, from, saved) => saved ?? (to.path === from.path ? false : { top: 0 }),
  routes: [
    { path: "/", component: () => import("./HomePage.vue"), meta: { texts: ["home"], title: "home.title" } },
    { path: "/verify/:event?", component: () => import("./VerifyPage.vue"), meta: { texts: ["verify"], title: "verify.title" } },
    { path: "/login", component: () => import("./LoginPage.vue"), meta: { texts: ["login"], title: "login.title" } },
    { path: "/enrol", component: () => import("./EnrolPage.vue"), meta: { texts: ["login", "enrol"], title: "enrol.title" } },
    { path: "/:rest(.*)*", component: () => import("./LostPage.vue"), meta: { title: "public.lost.title" } },
  ],
});
router.beforeEach(async (to) => loadTexts("public", ...((to.meta["texts"] as string[] | undefined) ?? [])));

const app = createApp(PublicShell).use(i18n).use(router);
// A first page that does not arrive is said within the frame.
await router.isReady().catch(() => loadTexts("public"));
app.mount("#page");
