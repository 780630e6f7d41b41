import { junitReport } from "../../../bench/trials/junit";

test("a report has a case for each trial, what it found, and why one failed", () => {
  const report = junitReport([
    { name: "kill -9", tookMs: 1500, done: "3 kills", found: "0 failed", faults: [] },
    { name: 'odd "names"', tookMs: 250, done: "2", found: "a < b\u0000\nc", faults: ["1 & 2", "3"] },
  ]);
  expect(report.split("\n")).toEqual([
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<testsuites name="nightly" tests="2" failures="1" time="1.750">',
    '  <testsuite name="nightly" tests="2" failures="1" time="1.750">',
    '    <testcase classname="nightly" name="kill -9" time="1.500"><system-out>3 kills: 0 failed</system-out></testcase>',
    '    <testcase classname="nightly" name="odd &quot;names&quot;" time="0.250"><failure message="1 &amp; 2; 3">a &lt; b  c</failure><system-out>2: a &lt; b  c</system-out></testcase>',
    "  </testsuite>",
    "</testsuites>",
    "",
  ]);
});
