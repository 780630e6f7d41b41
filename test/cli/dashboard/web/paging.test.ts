import { pageLinks, pageOf } from "../../../../cli/dashboard/web/paging";

const items = Array.from({ length: 120 }, (_, index) => index);

test.each([
  [undefined, 1],
  ["1", 1],
  ["3", 3],
  ["4", 3],
  ["0", 1],
  ["-1", 1],
  ["1.5", 1],
  ["x", 1],
  [["1", "2"], 1],
])("page %j is page %i", (asked, page) => {
  expect(pageOf(items, asked)).toMatchObject({ page, pages: 3 });
});

test("has 50 rows, the last what is left", () => {
  expect(pageOf(items, "1").items).toEqual(items.slice(0, 50));
  expect(pageOf(items, "3").items).toEqual(items.slice(100));
  expect(pageOf([], "1")).toEqual({ items: [], page: 1, pages: 1 });
});

test("links to the pages that there are", () => {
  expect(pageLinks(pageOf(items, "1"), "/runs", "runs")?.markup).not.toContain("Newer");
  expect(pageLinks(pageOf(items, "2"), "/runs", "runs")?.markup).toContain('href="/runs?page=3"');
  expect(pageLinks(pageOf(items, "3"), "/runs", "runs")?.markup).not.toContain("Older");
  expect(pageLinks(pageOf(items.slice(0, 50), "1"), "/runs", "runs")).toBeUndefined();
});
