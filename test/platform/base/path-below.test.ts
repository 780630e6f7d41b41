import path from "node:path";
import { isPathBelow, pathBelowSchema } from "../../../platform/base/path-below";

const { posix, win32 } = path;

test.each(["a", "a/b.csv", "day=1/part-0.parquet", "..a/b..", "å/東京"])("%s is below", (text) => {
  expect([posix, win32].map((system) => isPathBelow(text, system))).toEqual([true, true]);
  expect(pathBelowSchema.parse(text)).toBe(text);
});

test.each(["", "/etc/passwd", "../a", "a/../../b", "a/..", "./a", "a//b", "a/", "a\0"])(
  "%j is not",
  (text) => {
    expect([posix, win32].map((system) => isPathBelow(text, system))).toEqual([false, false]);
    expect(pathBelowSchema.safeParse(text).success).toBe(false);
  },
);

test.each(["..\\a", "a\\..\\b", "a/..\\..\\b"])("%j is not on Windows, and is a name elsewhere", (text) => {
  expect([posix, win32].map((system) => isPathBelow(text, system))).toEqual([true, false]);
});
