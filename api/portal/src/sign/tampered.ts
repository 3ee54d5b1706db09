// Events whose proof does not hold. While there is one, nothing is signed: somebody has to look first.
import { shallowReactive } from "vue";

export const tampered = shallowReactive(new Set<string>());
