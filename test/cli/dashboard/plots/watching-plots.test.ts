import { performancePlot, psiPlots } from "../../../../cli/dashboard/plots/watching-plots";
import { openDrawing } from "../../../../cli/report/draw-plot";
import { watchedWindow } from "../a-board";

const windows = [1, 2, 3].map((day) => watchedWindow(day));

test("each column has a plot, that which lies farthest off first, with its values for those who do not see it", () => {
  const plots = psiPlots(windows, 0.2);
  expect(plots.map(({ title }) => title)).toEqual(["PSI of town", "PSI of rooms"]);
  expect(plots[0]?.description).toBe("2026-11-01: 0.1; 2026-11-02: 0.2; 2026-11-03: 0.3. Drifted: 11-03.");
});

test("the performance is drawn where the truth was known", () => {
  expect(performancePlot(windows)?.description).toBe(
    "2026-11-01: 11, 9 to 13; 2026-11-02: 12, 10 to 14; 2026-11-03: 13, 11 to 15, fallen. When registered: 10.",
  );
  const without = windows.map(({ columns, ...window }) => ({
    columns,
    time: window.time,
    environment: window.environment,
    model: window.model,
    rows: window.rows,
    judged: window.judged,
  }));
  expect(performancePlot(without)).toBeUndefined();
  expect(performancePlot([...windows.slice(0, 1), ...without])).toBeUndefined();
});

test("one window is no course", () => {
  expect(psiPlots(windows.slice(0, 1), 0.2)).toEqual([]);
});

test("they can be drawn", async () => {
  const draw = await openDrawing();
  const plot = performancePlot(windows);
  for (const each of [...psiPlots(windows, 0.2), ...(plot ? [plot] : [])]) {
    expect(draw(each).markup).toMatch(/<svg[\s\S]*<path/);
  }
});

test("a window with too few rows is not drawn: its index is chance", () => {
  const few = { ...watchedWindow(2), judged: false, columns: [] };
  expect(psiPlots([watchedWindow(1), few], 0.2)).toEqual([]);
  const [plot] = psiPlots([watchedWindow(1), few, watchedWindow(3)], 0.2);
  expect(plot?.description).not.toContain("11-02");
});

test("a column that a window lacks has a gap, not a zero", () => {
  const lacking = { ...watchedWindow(2), columns: [] };
  const [plot] = psiPlots([watchedWindow(1), lacking, watchedWindow(3)], 0.2);
  expect(plot?.description).toContain("2026-11-02: –");
});
