import { rootMeanSquare, Town } from "../../../bench/demo/town";

const market = { harbour: 0.5, sizes: [3, 13], premium: 15 } as const;

test("the flats of a seed are the same ones each time, and others of another seed", () => {
  expect(new Town(7).flats(50, market)).toEqual(new Town(7).flats(50, market));
  expect(new Town(8).flats(50, market)).not.toEqual(new Town(7).flats(50, market));
});

test("a flat costs by its rooms, size and district, and a little by chance", () => {
  const flats = new Town(7).flats(500, market);
  for (const { rooms, size, district, rent } of flats) {
    const chance = rent - 3 * rooms - 2 * size - (district === "harbour" ? 15 : 0);
    expect(chance).toBeGreaterThanOrEqual(-0.001);
    expect(chance).toBeLessThanOrEqual(1.001);
    expect(size).toBeGreaterThanOrEqual(3);
    expect(size).toBeLessThanOrEqual(13);
  }
  const harbour = flats.filter(({ district }) => district === "harbour").length;
  expect(harbour).toBeGreaterThan(200);
  expect(harbour).toBeLessThan(300);
});

test("the error is the root of the mean square", () => {
  expect(rootMeanSquare([3, -4])).toBe(Math.sqrt(12.5));
});
