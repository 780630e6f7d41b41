import { escapeHtml, html, Html } from "./html";
import { type LegendEntry, type Plot, plotColours } from "./plots/plot";

/** Draws a plot as a figure: heading, legend, inline SVG. */
export type DrawPlot = (plot: Plot) => Html;

/**
 * The SVG as the library wrote it, made fit for a page of several: identifiers are the page's own (the library's
 * count on through the process), hover styles and marks for its browser part are taken out, a title and a description
 * are put in.
 */
function adoptSvg(svg: string, plot: Plot, id: string): string {
  const inner = svg
    .replace(/^<svg[^>]*>/, "")
    .replace(/<\/svg>\s*$/, "")
    .replace(/<style\s*>[\s\S]*?<\/style>/g, "")
    .replace(/ (?:class="zr[^"]*"|ecmeta_\w+="[^"]*"|pointer-events="[^"]*")/g, "")
    .replace(/(id="|url\(#)zr\d+-/g, `$1${id}-`)
    .replace(/\n/g, "");
  return (
    `<svg role="img" aria-labelledby="${id}-title ${id}-description" viewBox="0 0 ${plot.width} ${plot.height}">` +
    `<title id="${id}-title">${escapeHtml(plot.title)}</title>` +
    `<desc id="${id}-description">${escapeHtml(plot.description)}</desc>${inner}</svg>`
  );
}

/**
 * Text as the library may be given it. It keeps what it has measured by text in a plain object, where "__proto__" and "toString"
 * are there already: it would change what every object of this process inherits from.
 */
const wordJoiner = "\u2060";

function safeText(text: string): string {
  return text
    .split("\n")
    .map((line) => (line in Object.prototype ? `${wordJoiner}${line}` : line))
    .join("\n");
}

/** The option of a plot with all its text made safe. */
function withSafeText(option: unknown): unknown {
  if (typeof option === "string") return safeText(option);
  if (Array.isArray(option)) return option.map(withSafeText);
  if (typeof option !== "object" || option === null || ArrayBuffer.isView(option)) return option;
  return Object.fromEntries(Object.entries(option).map(([key, value]) => [key, withSafeText(value)]));
}

function legendEntry({ label, colour, mark }: LegendEntry): Html {
  return html`<li><i class="mark ${mark}" style="--mark: ${plotColours[colour]}"></i>${label}</li>`;
}

/**
 * Makes the function that draws plots. The library is loaded here, on first use: its smaller bundle costs about
 * 15 MB, the whole 70 MB, and a command that draws nothing should pay for neither.
 */
export async function openDrawing(): Promise<DrawPlot> {
  const { init } = await import("echarts/dist/echarts.common.min.js");
  let drawn = 0;
  return (plot) => {
    drawn += 1;
    const { width, height } = plot;
    const chart = init(null, null, { renderer: "svg", ssr: true, width, height });
    try {
      chart.setOption(withSafeText(plot.option) as Plot["option"]);
      const drawing = chart.renderToSVGString().replaceAll(wordJoiner, "");
      const svg = new Html(adoptSvg(drawing, plot, `plot-${drawn}`));
      return html`<figure>
        <figcaption>${plot.title}</figcaption>
        ${
          plot.legend.length > 0
            ? html`<ul class="legend">
                ${plot.legend.map(legendEntry)}
              </ul>`
            : undefined
        }
        ${svg}
      </figure>`;
    } finally {
      chart.dispose();
    }
  };
}
