// Shows what a column gives: text or nodes.
import type { FunctionalComponent, VNodeChild } from "vue";

const Show: FunctionalComponent<{ what: VNodeChild }> = ({ what }) => (what === null || what === undefined || what === "" ? "—" : what);
Show.props = { what: null } as never;
export default Show;
