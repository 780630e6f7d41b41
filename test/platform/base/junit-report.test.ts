import { junitReport } from "../../../platform/base/junit-report";

test("a report has a case for each test, what is to be said of it, and why one failed", () => {
  const report = junitReport("a <suite>", [
    { name: "kill -9", tookMs: 1500, output: "3 kills: 0 failed" },
    { name: "quiet", tookMs: 0 },
    { name: "left out", tookMs: 0, skipped: "no <data>" },
    {
      name: 'odd "names"',
      tookMs: 250,
      failure: { message: "1 & 2; 3", text: "a < b\u0000\nc" },
    },
  ]);
  expect(report.split("\n")).toEqual([
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<testsuites name="a &lt;suite&gt;" tests="4" failures="1" skipped="1" time="1.750">',
    '  <testsuite name="a &lt;suite&gt;" tests="4" failures="1" skipped="1" time="1.750">',
    '    <testcase classname="a &lt;suite&gt;" name="kill -9" time="1.500"><system-out>3 kills: 0 failed</system-out></testcase>',
    '    <testcase classname="a &lt;suite&gt;" name="quiet" time="0.000"></testcase>',
    '    <testcase classname="a &lt;suite&gt;" name="left out" time="0.000"><skipped message="no &lt;data&gt;"/></testcase>',
    '    <testcase classname="a &lt;suite&gt;" name="odd &quot;names&quot;" time="0.250"><failure message="1 &amp; 2; 3">a &lt; b  c</failure></testcase>',
    "  </testsuite>",
    "</testsuites>",
    "",
  ]);
});

test("what XML cannot hold is a space, and what it can stays", () => {
  const name = "a\ud83d b\ude00 c\uffff d\ufffe e\u0001 f\u{1f600}\ufffd";
  expect(junitReport("x", [{ name, tookMs: 0 }])).toContain('name="a  b  c  d  e  f\u{1f600}\ufffd" ');
});
