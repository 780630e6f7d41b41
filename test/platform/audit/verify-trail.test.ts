import { randomUUID } from "node:crypto";
import { fileOfEntry, type AuditEntry } from "../../../platform/audit/audit-entry";
import {
  describeVerified,
  verifyTrail,
  type TrailFile,
  type TrailHead,
} from "../../../platform/audit/verify-trail";
import { digestOf, toStoredJson } from "../../../platform/base/files";

function fileOf(number: number, before?: TrailFile, change: Partial<AuditEntry> = {}): TrailFile {
  const entry: AuditEntry = {
    number,
    id: randomUUID(),
    time: "2026-11-27T10:00:00.000Z",
    state: "done",
    act: "promote",
    subject: "diabetes",
    environment: "prod",
    details: {},
    actor: { who: "ada", host: "here", process: 1 },
    ...(before && { before: digestOf(before.bytes) }),
    ...change,
  };
  return { file: fileOfEntry(number), bytes: Buffer.from(toStoredJson(entry)) };
}

function trailOf(length: number): TrailFile[] {
  const files: TrailFile[] = [];
  for (let number = 1; number <= length; number += 1) files.push(fileOf(number, files.at(-1)));
  return files;
}

const headOf = (files: readonly TrailFile[]): TrailHead => ({
  number: files.length,
  digest: digestOf(files.at(-1)?.bytes ?? ""),
});

const at = (files: readonly TrailFile[], number: number): TrailFile => {
  const file = files[number - 1];
  if (file === undefined) throw new Error(`no entry ${number}`);
  return file;
};

const replaced = (file: TrailFile, from: string, to: string): TrailFile => ({
  ...file,
  bytes: Buffer.from(Buffer.from(file.bytes).toString("utf8").replace(from, to)),
});

const whole = trailOf(5);
const without = (...numbers: number[]): TrailFile[] =>
  whole.filter((_, index) => !numbers.includes(index + 1));
const withChanged = (number: number, file: TrailFile): TrailFile[] =>
  whole.map((each, index) => (index + 1 === number ? file : each));

const renamed = replaced(at(whole, 3), '"ada"', '"eve"');
const unchained = replaced(at(whole, 3), digestOf(at(whole, 2).bytes), digestOf("other"));
const cut = { ...at(whole, 3), bytes: at(whole, 3).bytes.subarray(0, 100) };
const swapped = whole.map((each, index) => ({
  ...each,
  bytes: at(whole, index === 1 ? 3 : index === 2 ? 2 : index + 1).bytes,
}));

test("finds nothing in a trail as it was written", () => {
  const { entries, faults, head } = verifyTrail(whole, [headOf(whole)]);
  expect(faults).toEqual([]);
  expect(entries.map(({ number }) => number)).toEqual([1, 2, 3, 4, 5]);
  expect(head).toEqual(headOf(whole));
  expect(verifyTrail([])).toEqual({ entries: [], faults: [] });
});

test("finds nothing in a trail that has grown since its head was noted", () => {
  expect(verifyTrail(whole, [headOf(whole.slice(0, 2))]).faults).toEqual([]);
});

test.each([
  ["a changed entry", withChanged(3, renamed), [[3, "changed"]]],
  ["one that follows another now", withChanged(3, unchained), [[3, "changed"]]],
  ["one cut short", withChanged(3, cut), [[3, "unreadable"]]],
  ["a missing entry", without(3), [[3, "missing"]]],
  [
    "several missing entries",
    without(2, 3, 5),
    [
      [2, "missing"],
      [5, "missing"],
    ],
  ],
  ["a missing begin", without(1), [[1, "missing"]]],
  ["entries taken from the end", without(4, 5), [[4, "missing"]]],
  ["all of it taken away", [], [[1, "missing"]]],
  ["the last entry changed", withChanged(5, replaced(at(whole, 5), '"ada"', '"eve"')), [[5, "changed"]]],
  [
    "entries in another order",
    swapped,
    [
      [2, "reordered"],
      [3, "reordered"],
    ],
  ],
  [
    "a file that is no entry",
    [...whole, { file: "note.txt", bytes: Buffer.from("x") }],
    [[undefined, "foreign"]],
  ],
])("finds %s", (_, files, expected) => {
  const { faults } = verifyTrail(files, [headOf(whole)]);
  expect(faults.map(({ number, fault }) => [number, fault])).toEqual(expected);
});

test("cannot know without a head what was taken from the end, and says how to", () => {
  const verified = verifyTrail(without(4, 5));
  expect(verified.faults).toEqual([]);
  expect(describeVerified(verified)).toBe(
    `The audit trail is as it was written, entries 1 to 3.\nIts head is 3:${digestOf(at(whole, 3).bytes)}. Who notes it elsewhere can prove later that nothing was taken away by \`mlops audit verify --head <it>\`.`,
  );
});

test("finds all entries rewritten by the head alone", () => {
  const others = trailOf(5);
  expect(verifyTrail(others).faults).toEqual([]);
  expect(verifyTrail(others, [headOf(whole)]).faults).toMatchObject([{ number: 5, fault: "changed" }]);
});

test("says what is wrong in sentences", () => {
  expect(describeVerified(verifyTrail(withChanged(3, cut).slice(0, 4), [headOf(whole)]))).toBe(
    [
      "The audit trail is not as it was written: 2 faults.",
      "  - Entry 3 cannot be read: it is not JSON, as when it was cut short.",
      "  - Entry 5 is missing at the end, although written once.",
    ].join("\n"),
  );
  expect(describeVerified(verifyTrail([]))).toBe("The audit trail is empty.");
});
