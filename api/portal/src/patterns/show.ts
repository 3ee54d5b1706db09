// Shows what a column gives: text or nodes. A day or a minute stays on one line.
import { h, type FunctionalComponent, type VNodeChild } from "vue";

const WHEN = /^\d{4}-\d\d-\d\d( \d\d:\d\d(:\d\d)?)?$/;
const Show: FunctionalComponent<{ what: VNodeChild }> = ({ what }) => {
  if (what === null || what === undefined || what === "") return "—";
  return typeof what === "string" && WHEN.test(what) ? h("span", { class: "day" }, what) : what;
};
Show.props = { what: null } as never;
export default Show;
