// What comes in parts is shown when the first of each has come: nothing moves under the reader (`.awaited`).
import { ref, watch, type Ref } from "vue";

/** True until the questions that a page begins with have been answered once. */
export function useFirst(waiting: () => boolean): Ref<boolean> {
  const first = ref(true);
  watch(waiting, (now, before) => {
    if (before && !now) first.value = false;
  });
  return first;
}
