// What comes in parts is shown when the first of each has come: nothing moves under the reader (`.awaited`).
import { onMounted, ref, watch, type Ref } from "vue";

/** True until the questions that a page begins with have been answered once; never when it asks none. */
export function useFirst(waiting: () => boolean): Ref<boolean> {
  const first = ref(true);
  watch(waiting, (now, before) => {
    if (before && !now) first.value = false;
  });
  onMounted(() => (first.value = waiting()));
  return first;
}
