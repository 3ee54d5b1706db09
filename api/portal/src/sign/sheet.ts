// What is being signed, if anything. Apart from `propose.ts`, so that the shell carries no code that signs.
import { shallowRef } from "vue";
import type { Sheet } from "./propose";

export const sheet = shallowRef<Sheet | null>(null);
