import path from "node:path";
import { readText, rooms as folders, sourceFiles } from "./sources";

/** Files of a room, by its path; files in a room of its own below it are not its. */
function filesByRoom(files: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  for (const file of files) {
    const room = path.posix.dirname(file);
    found.set(room, [...(found.get(room) ?? []), file]);
  }
  return found;
}

/** What architecture.md's table of rooms names: paths, of which one may stand for several by braces. */
function roomsNamed(): string[] {
  const page = readText("docs/explanation/architecture.md") ?? "";
  const section = page.split(/^## /m).find((text) => text.startsWith("Rooms\n")) ?? "";
  const cells = [...section.matchAll(/^\| (`[^|]+) \|/gm)].map(([, cell = ""]) => cell);
  return cells
    .flatMap((cell) => [...cell.matchAll(/`([^`]+)\/`/g)].map(([, room = ""]) => room))
    .flatMap((room) => {
      const [, before = "", names, after = ""] = /^(.*)\{(.+)\}(.*)$/.exec(room) ?? [];
      return names === undefined ? [room] : names.split(",").map((name) => `${before}${name}${after}`);
    });
}

/** More are no longer a listing that says what a room does. */
const maxFiles = 35;

const byRoom = filesByRoom(sourceFiles());
const named = roomsNamed();

test(`no room has more than ${maxFiles} files`, () => {
  const full = [...byRoom].filter(([, files]) => files.length > maxFiles);
  expect(full.map(([room, files]) => `${room}: ${files.length}`)).toEqual([]);
});

test("a room of one file is among those whose reason the architecture gives", () => {
  const parents = new Set([...byRoom.keys()].map((room) => path.posix.dirname(room)));
  const alone = [...byRoom].filter(
    ([room, files]) => files.length === 1 && !parents.has(room) && !folders.some((folder) => folder === room),
  );
  expect(
    alone.map(([room]) => room).filter((room) => !named.includes(room) && !room.startsWith("bench/")),
  ).toEqual([]);
  expect(alone.length).toBeGreaterThan(0);
});

test("rooms that the architecture names are there", () => {
  const there = (room: string): boolean =>
    [...byRoom.keys()].some((each) => `${each}/`.startsWith(`${room}/`));
  expect(named.filter((room) => !room.startsWith("test/") && !there(room))).toEqual([]);
  expect(named.length).toBeGreaterThan(20);
});
