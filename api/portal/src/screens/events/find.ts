// Reading the ledger from its end, and finding out what somebody pasted.
import { isUuid } from "@/ledger/bytes";

/** What a pasted text is. */
export type Pasted =
  | { is: "nothing" }
  | { is: "position"; position: string }
  | { is: "record"; node: string }
  | { is: "uuid"; id: string }
  | { is: "hash" }
  | { is: "text"; text: string };

/** The type of a pasted text; the field says which kinds it takes. */
export function detect(pasted: string): Pasted {
  const text = pasted.trim();
  if (text === "") return { is: "nothing" };
  const digits = text.replace(/^#/, "").replaceAll(/[,，\s]/g, "");
  // A bare number may be a position, and nothing else that is this short.
  if (/^\d{1,12}$/.test(digits)) return { is: "position", position: digits.replace(/^0+(?=\d)/, "") };
  const record = /^([a-z][a-z0-9_]{1,31})\/([0-9a-fA-F-]{36})$/.exec(text);
  if (record) return { is: "record", node: `${record[1]}/${(record[2] ?? "").toLowerCase()}` };
  const lower = text.toLowerCase();
  if (isUuid(lower) || isUuid(lower, 8)) return { is: "uuid", id: lower };
  if (/^[\w-]{43}$/.test(text)) return { is: "hash" };
  return { is: "text", text };
}

/** One question to the ledger: events after a position, in its order. */
export type Forward<Event> = (after: number | null, first: number) => Promise<{ nodes: Event[]; more: boolean } | null>;

const PAGE = 100;

/**
 * The newest events up to a position, newest first. The ledger answers forwards only, and a reader sees but a part of it, so
 * the window grows until it holds enough, and shrinks when it holds more than one answer.
 */
export async function pageBack<Event extends { position: string }>(
  ask: Forward<Event>,
  top: number,
  want: number,
): Promise<{ events: Event[]; older: number | null } | null> {
  let [narrow, window, wide] = [0, want, Number.POSITIVE_INFINITY];
  let found: Event[] = [];
  for (let asked = 0; asked < 60 && top >= 0; asked++) {
    const from = top - window;
    const answer = await ask(from >= 0 ? from : null, PAGE);
    if (!answer) return null;
    // More than one answer holds: the newest are not in it.
    const tooWide = answer.more && Number(answer.nodes.at(-1)?.position) < top;
    if (tooWide) wide = window;
    else {
      found = answer.nodes.filter((event) => Number(event.position) <= top);
      if (found.length >= want || from < 0) break;
      narrow = window;
    }
    const next = wide === Number.POSITIVE_INFINITY ? window * 4 : Math.floor((narrow + wide) / 2);
    if (next === narrow) break;
    window = next;
  }
  const events = found.toReversed().slice(0, want);
  const oldest = Number(events.at(-1)?.position ?? 0);
  return { events, older: found.length > events.length || (events.length > 0 && top - window >= 0 && oldest > 0) ? oldest - 1 : null };
}
