// A chart as a file. What style sheets say of the drawing is written into it, since a file has none; it is always light.
const SAID = ["fill", "stroke", "stroke-width", "stroke-dasharray", "font-size", "font-weight", "text-anchor", "dominant-baseline", "opacity"];
const SVG = "http://www.w3.org/2000/svg";
const HEAD = 30;
const FOOT = 22;

function copy(svg: SVGSVGElement, title: string, origin: string): SVGSVGElement {
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
  const ground = document.createElementNS(SVG, "rect");
  ground.setAttribute("y", String(-HEAD));
  ground.setAttribute("width", String(width));
  ground.setAttribute("height", String(height + HEAD + FOOT));
  ground.setAttribute("fill", page.getPropertyValue("--card").trim());
  whole.prepend(ground);
  whole.append(text(-10, 14, title), text(height + 14, 11, origin));
  whole.setAttribute("xmlns", SVG);
  whole.setAttribute("font-family", page.fontFamily);
  whole.setAttribute("viewBox", `0 ${-HEAD} ${width} ${height + HEAD + FOOT}`);
  whole.setAttribute("height", String(height + HEAD + FOOT));
  whole.removeAttribute("role");
  return whole;
}

/** The drawing as an SVG file. */
export const drawing = (svg: SVGSVGElement, title: string, origin: string): Blob => new Blob([new XMLSerializer().serializeToString(copy(svg, title, origin))], { type: "image/svg+xml" });

/** The drawing as a picture, twice as fine as on the page. */
export async function png(svg: SVGSVGElement, title: string, origin: string): Promise<Blob> {
  const url = URL.createObjectURL(drawing(svg, title, origin));
  try {
    const picture = new Image();
    picture.src = url;
    await picture.decode();
    const canvas = document.createElement("canvas");
    canvas.width = picture.naturalWidth * 2;
    canvas.height = picture.naturalHeight * 2;
    canvas.getContext("2d")?.drawImage(picture, 0, 0, canvas.width, canvas.height);
    return await new Promise((resolve, reject) => canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("the picture cannot be made"))), "image/png"));
  } finally {
    URL.revokeObjectURL(url);
  }
}
