import { digestOf } from "../../../platform/base/files";
import type { DrawPlot } from "../../report/draw-plot";
import type { Html } from "../../report/html";

/** Drawings that are kept: of the plots that were asked for last. One has up to a hundred thousand characters. */
const maxKept = 100;

/** Draws each plot once as long as nothing in it changes: drawing takes most of the time of a page. */
export function keptDrawing(draw: DrawPlot, max = maxKept): DrawPlot {
  const kept = new Map<string, Html>();
  return (plot) => {
    const key = digestOf(JSON.stringify(plot));
    const drawing = kept.get(key) ?? draw(plot);
    // Those that were asked for last are at the end.
    kept.delete(key);
    kept.set(key, drawing);
    for (const old of [...kept.keys()].slice(0, -max)) kept.delete(old);
    return drawing;
  };
}
