import { auditPage } from "../../../../cli/dashboard/pages/audit-page";
import { moment } from "../../../../cli/dashboard/pages/moment";
import { dashboardStyle } from "../../../../cli/dashboard/web/dashboard-style";

test("a moment is marked as one, which tables keep on a line or break between date and time", () => {
  const time = "2026-11-27T10:00:00.000Z";
  expect(moment(time).markup).toBe(
    `<time datetime="${time}"><span>2026-11-27</span> <span>10:00:00 UTC</span></time>`,
  );
  expect(moment("never").markup).toBe('<time datetime="never"><span>never</span></time>');
  expect(dashboardStyle).toContain(".scroll td time, .scroll th time span");
});

test("the audit trail has its moments so", () => {
  const entry = {
    ...{
      number: 1,
      id: "i",
      time: "2026-11-27T10:00:00.000Z",
      state: "done",
      act: "register",
      subject: "a:1",
    },
    ...{ details: {}, actor: { who: "ada", host: "h", process: 1 } },
  };
  const result = { acts: [entry], verified: { entries: [], faults: [] } };
  const { content } = auditPage(
    { state: "measured", result } as unknown as Parameters<typeof auditPage>[0],
    undefined,
    undefined,
  );
  expect(content.markup).toContain(`<time datetime="${entry.time}">`);
});
