// A chart as a file. What style sheets say of the drawing is written into it, since a file has none; it is always light.
import { widthOf } from "./scale";

const SAID = [
  "fill",
  "stroke",
  "stroke-width",
  "stroke-dasharray",
  "font-size",
  "font-weight",
  "text-anchor",
  "dominant-baseline",
  "opacity",
];
const SVG = "http://www.w3.org/2000/svg";
const HEAD = 30;
const FOOT = 22;

/** A series as a file names it; the drawing itself tells them apart by colour and pattern alone. */
export interface Named {
  label: string;
  /** Colour variable. */
  colour: string;
  /** Name of its pattern; empty for a plain fill. */
  fill: string;
}

function copy(svg: SVGSVGElement, title: string, origin: string, legend: Named[]): SVGSVGElement {
  const whole = svg.cloneNode(true) as SVGSVGElement;
  const from = [...svg.querySelectorAll<SVGElement>("*")];
  [...whole.querySelectorAll<SVGElement>("*")].forEach((element, at) => {
    const seen = from[at] && getComputedStyle(from[at]);
    if (!seen) return;
    for (const name of SAID) {
      const value = seen.getPropertyValue(name);
      // A reference stays one within the file: the browser writes the address of the page before it.
      if (value) element.setAttribute(name, value.replace(/url\("[^"#]*#([^"]+)"\)/, "url(#$1)"));
    }
    for (const name of ["class", "data-mark", "tabindex", "href", "role", "aria-label"]) element.removeAttribute(name);
  });
  const [width, height] = [svg.width.baseVal.value, svg.height.baseVal.value];
  const page = getComputedStyle(document.documentElement);
  const text = (y: number, size: number, words: string): SVGTextElement => {
    const line = document.createElementNS(SVG, "text");
    line.setAttribute("x", "8");
    line.setAttribute("y", String(y));
    line.setAttribute("font-size", String(size));
    line.setAttribute("fill", page.getPropertyValue("--text").trim());
    line.textContent = words;
    return line;
  };
  const foot = FOOT + (legend.length > 0 ? 20 : 0);
  const ground = document.createElementNS(SVG, "rect");
  ground.setAttribute("y", String(-HEAD));
  ground.setAttribute("width", String(width));
  ground.setAttribute("height", String(height + HEAD + foot));
  ground.setAttribute("fill", page.getPropertyValue("--card").trim());
  whole.prepend(ground);
  whole.append(text(-10, 14, title), text(height + foot - 8, 11, origin));
  let x = 8;
  for (const { label, colour, fill } of legend) {
    const box = document.createElementNS(SVG, "rect");
    const value = page.getPropertyValue(colour).trim();
    for (const [name, of] of Object.entries({
      x,
      y: height + 4,
      width: 22,
      height: 12,
      stroke: value,
      fill: fill ? `url(#${fill})` : value,
    }))
      box.setAttribute(name, String(of));
    const name = text(height + 14, 12, label);
    name.setAttribute("x", String(x + 27));
    whole.append(box, name);
    x += 40 + widthOf(label);
  }
  whole.setAttribute("xmlns", SVG);
  whole.setAttribute("font-family", page.fontFamily);
  whole.setAttribute("viewBox", `0 ${-HEAD} ${width} ${height + HEAD + foot}`);
  whole.setAttribute("height", String(height + HEAD + foot));
  whole.removeAttribute("role");
  return whole;
}

/** The drawing as an SVG file. */
export const drawing = (svg: SVGSVGElement, title: string, origin: string, legend: Named[] = []): Blob =>
  new Blob([new XMLSerializer().serializeToString(copy(svg, title, origin, legend))], { type: "image/svg+xml" });

/** The drawing as a picture, twice as fine as on the page. */
export async function png(svg: SVGSVGElement, title: string, origin: string, legend: Named[] = []): Promise<Blob> {
  const url = URL.createObjectURL(drawing(svg, title, origin, legend));
  try {
    const picture = new Image();
    picture.src = url;
    await picture.decode();
    const canvas = document.createElement("canvas");
    canvas.width = picture.naturalWidth * 2;
    canvas.height = picture.naturalHeight * 2;
    canvas.getContext("2d")?.drawImage(picture, 0, 0, canvas.width, canvas.height);
    return await new Promise((resolve, reject) =>
      canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("the picture cannot be made"))), "image/png"),
    );
  } finally {
    URL.revokeObjectURL(url);
  }
}
