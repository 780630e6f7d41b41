import { renderStory } from "../../../bench/demo/page";

test("the page has a row for each week, a plot with words, and escapes what it tells", async () => {
  const page = await renderStory({
    weeks: [
      { week: 1, title: "the usual", version: "rent:1", error: 0.25 },
      { week: 2, title: "a <tram>", version: "rent:2", error: 12.5 },
    ],
    events: [
      { week: 0, what: "released", holds: true },
      { week: 2, what: "rolled back & forth", holds: false },
    ],
  });
  expect(page).toContain("week 1: 0.25 of rent:1; week 2: 12.5 of rent:2.");
  expect(page.match(/<svg role="img"/g)).toHaveLength(1);
  expect(page.match(/<th scope="row">/g)).toHaveLength(3);
  expect(page).toContain("a &lt;tram&gt;");
  expect(page).toContain("✖ rolled back &amp; forth");
  expect(page).not.toMatch(/<script|https?:\/\/(?!www\.w3\.org)/);
});
