import { openDrawing } from "../../../cli/report/draw-plot";
import { psiPlot, sharesPlot } from "../../../cli/report/plots/drift-plots";
import type { ColumnDrift } from "../../../platform/drift/drift";

const names = ["__proto__", "constructor", "toString", "basic\n__proto__"];

test("names that every object has are drawn as they are, and change nothing that objects inherit", async () => {
  const before = [Object.prototype, Object, Object.prototype.toString].map(Reflect.ownKeys);
  const draw = await openDrawing();
  const bins = names.map((label) => ({ label, reference: 0.25, current: 0.25 }));
  const column = { column: "__proto__", psi: 0.1, drifted: false, bins } as unknown as ColumnDrift;
  const shares = draw(sharesPlot(column, undefined)).markup;
  const psi = psiPlot([column], 0.2);
  const drawn = shares + (psi === undefined ? "" : draw(psi).markup);
  expect([Object.prototype, Object, Object.prototype.toString].map(Reflect.ownKeys)).toEqual(before);
  for (const name of ["__proto__", "constructor", "toString"]) expect(drawn).toContain(`>${name}</text>`);
  expect(drawn).not.toContain("\u2060");
});
