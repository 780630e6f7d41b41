/** A CSV file of rents of flats: numbers, a missing one, a category and a boolean. */
export function rents(rows: number): string {
  const towns = { Bern: 400, Zürich: 900, "Basel, Stadt": 300, Genf: 800, Thun: 0 };
  // A generator of numbers that is the same everywhere.
  let state = 1;
  const random = (): number => (state = (state * 48271) % 2147483647) / 2147483647;
  const lines = Array.from({ length: rows }, (_, index) => {
    const area = Math.round(250 + random() * 1500) / 10;
    const year = 1900 + Math.floor(random() * 125);
    const [town, more] = Object.entries(towns)[Math.floor(random() * 5)] ?? ["Thun", 0];
    const balcony = random() < 0.5;
    const noise = (random() + random() + random() - 1.5) * 150;
    const rent = 300 + area * 14 + more + (balcony ? 120 : 0) + Math.max(0, year - 1990) * 6 + noise;
    return [`F${index}`, area, random() < 0.08 ? "" : year, `"${town}"`, balcony, Math.round(rent)].join(",");
  });
  return ["id,area,year,town,balcony,rent", ...lines].join("\n");
}
