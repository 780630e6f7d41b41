import { readSettings } from "../../../platform/settings/settings";

test("a key that a link can hold is taken, another one refused without being shown", () => {
  const key = "Az09-_".repeat(6);
  expect(readSettings("cli", { MLOPS_PAGE_KEY: key }).pageKey).toBe(key);
  for (const wrong of ["short", "x".repeat(31), `${"x".repeat(32)}&a=b`, "x".repeat(257)]) {
    expect(() => readSettings("cli", { MLOPS_PAGE_KEY: wrong })).toThrow(
      /^(?![\s\S]*xxxx)[\s\S]*MLOPS_PAGE_KEY is not valid \(its value is not shown\)/,
    );
  }
});
