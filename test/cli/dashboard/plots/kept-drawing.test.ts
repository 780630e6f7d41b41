import { keptDrawing } from "../../../../cli/dashboard/plots/kept-drawing";
import { html } from "../../../../cli/report/html";
import type { Plot } from "../../../../cli/report/plots/plot";

const plot = (title: string, value = 1) =>
  ({
    title,
    description: "",
    width: 1,
    height: 1,
    legend: [],
    option: { series: [value] },
  }) as unknown as Plot;

function counting(max?: number) {
  const drawn: string[] = [];
  const draw = keptDrawing(({ title }) => {
    drawn.push(title);
    return html`${title} ${drawn.length}`;
  }, max);
  return { draw, drawn };
}

test("a plot is drawn once, until something in it changes", () => {
  const { draw, drawn } = counting();
  expect(draw(plot("a")).markup).toBe("a 1");
  expect(draw(plot("a")).markup).toBe("a 1");
  expect(draw(plot("a", 2)).markup).toBe("a 2");
  expect(draw(plot("b")).markup).toBe("b 3");
  expect(drawn).toEqual(["a", "a", "b"]);
});

test("those that nobody has asked for the longest go first", () => {
  const { draw, drawn } = counting(2);
  for (const title of ["a", "b", "a", "c", "a", "b"]) draw(plot(title));
  expect(drawn).toEqual(["a", "b", "c", "b"]);
});
