// What of the demonstration a walk can be walked on: found by asking the ledger, never by a number that a seed happens to give.
import { ask, people } from "./support.mjs";

/** A laboratory, a contract of its, and people who work there and were monitored since before October. */
export async function laboratory() {
  const [city] = await people("T_SUP");
  for (const signatory of await people("TSO_SIGN")) {
    const { monitoringContracts } = await ask(
      signatory,
      `{ monitoringContracts(first: 100, filter: { state: ["CONCLUDED"] }) { nodes { clientCode members { institution laboratory from until } } } }`,
    );
    const mine = monitoringContracts.nodes.filter(
      ({ members }) => members.laboratory === signatory.org && !members.until && members.from < "2026-07-01",
    );
    for (const contract of mine) {
      const { employments } = await ask(
        city,
        `query($org: UUID!) { employments(first: 100, filter: { org: $org, state: ["ACTIVE"] }) { nodes { label members { active { from until } } } } }`,
        { org: contract.members.institution },
      );
      const workers = employments.nodes
        .filter(({ members }) => members.active.at(-1)?.from < "2026-07-01" && !members.active.at(-1).until)
        .map(({ label }) => label);
      if (workers.length >= 3) return { signatory, code: contract.clientCode, workers: workers.slice(0, 6) };
    }
  }
  throw new Error("no laboratory with a contract");
}

/** Rules whose condition ends when the device is no longer used, and which the county closes once they were red. */
const WHILE_USED = ["W-DEV-01", "W-DEV-02"];

/** A red warning about a device in use that nobody has begun to put right; the officer of its unit, and the county's. */
export async function redWarning() {
  for (const unit of await people("I_RPO")) {
    const { warnings } = await ask(
      unit,
      `{ warnings(first: 100, filter: { state: ["OPEN", "ACKNOWLEDGED"], facets: [{ name: "grade", value: "RED" }] }) {
        nodes { recordId area members { rule subject { kind id } } } } }`,
    );
    for (const warning of warnings.nodes.filter(({ area, members }) => area && WHILE_USED.includes(members.rule))) {
      const { kind, id } = warning.members.subject;
      const { node } = await ask(unit, "query($id: ID!) { node(id: $id) { ... on Device { members { state { code } } } } }", {
        id: `${kind}/${id}`,
      });
      const [county] = await people("C_SUP", { area: warning.area });
      if (node?.members?.state.code === "IN_USE" && county) return { unit, county, warning, device: id };
    }
  }
  throw new Error("no red warning about a device in use");
}

/**
 * A worker with an account whose file his employer keeps, and which nobody moves unless it `moves`: the file, the officer of
 * the unit, the county that lets it go, and an officer of another district, where it may go.
 */
export async function fileOfWorker({ moves = false } = {}) {
  const [officers, counties] = [await people("I_RPO"), await people("C_APPR")];
  for (const worker of await people("W_SELF")) {
    const officer = officers.find(({ org }) => org === worker.org);
    const county = counties.find(({ area }) => area === worker.area);
    const receiver = officers.find(({ area }) => area !== worker.area);
    if (!officer || !county || !receiver) continue;
    const { persons, employments, transfers } = await ask(
      officer,
      `{ persons(first: 100) { nodes { recordId members { institution account custody { institution } } } }
        employments(first: 100, filter: { state: ["ACTIVE"] }) { nodes { members { person } } }
        transfers(first: 100) { nodes { members { person } } } }`,
    );
    const works = new Set(employments.nodes.map(({ members }) => members.person));
    const moving = new Set(transfers.nodes.map(({ members }) => members.person));
    const own = persons.nodes.filter(({ members }) => members.account === worker.account);
    const free = persons.nodes.filter(({ members }) => members.account === null);
    const file = (own.length ? own : free).find(
      ({ recordId, members: { institution, custody } }) =>
        (custody?.institution ?? institution) === officer.org && works.has(recordId) && (moves || !moving.has(recordId)),
    );
    if (file) return { worker, officer, county, receiver, file: file.recordId, linked: own.length > 0 };
  }
  throw new Error("no worker with an account");
}

/** A transfer to another district that waits for the county to let it go, and who signs there; none when nobody asked for one. */
export async function waitsForCounty() {
  const [city] = await people("T_SUP");
  const { transfers } = await ask(
    city,
    `{ transfers(first: 100, filter: { state: ["OPEN"] }) { nodes { recordId members { type { code } step { code } fromArea } } } }`,
  );
  const found = transfers.nodes.find(({ members }) => members.type.code === "C" && members.step.code === "RELEASING_COUNTY");
  return found ? { transfer: found.recordId, county: (await people("C_APPR", { area: found.members.fromArea }))[0] } : null;
}
