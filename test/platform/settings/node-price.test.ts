import { nodePrice } from "../../../platform/settings/node-price";

const read = (text: string | undefined) => nodePrice.schema.safeParse(text);

test("a price has an amount and a currency; without it nothing costs anything", () => {
  expect(read("0.25 EUR").data).toEqual({ perHour: 0.25, currency: "EUR" });
  expect(read("3 USD").data).toEqual({ perHour: 3, currency: "USD" });
  expect(read(undefined)).toMatchObject({ success: true, data: undefined });
});

test.each(["", "0.25", "EUR 0.25", "0,25 EUR", "-1 EUR", "0.25 eur", "0.25 EUR per hour"])(
  "%j is refused",
  (text) => {
    expect(read(text).success).toBe(false);
  },
);
