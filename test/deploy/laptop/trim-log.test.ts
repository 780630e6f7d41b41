import { open, readFile, readdir, writeFile } from "node:fs/promises";
import { trimLog } from "../../../deploy/laptop/trim-log";
import { useTemporaryFolder } from "../../platform/base/temporary-folder";

const folder = useTemporaryFolder();

test("a log that is too large begins anew, for who has it open, too; one file of before is kept", async () => {
  const log = folder("scoring.log");
  const writer = await open(log, "a");
  await writer.write("first ".repeat(20));
  await trimLog(log, 100);
  await writer.write("second ".repeat(20));
  expect(await readFile(log, "utf8")).toBe("second ".repeat(20));
  expect(await readFile(`${log}.1`, "utf8")).toBe("first ".repeat(20));
  await trimLog(log, 100);
  await writer.write("third");
  await writer.close();
  expect(await readFile(log, "utf8")).toBe("third");
  expect(await readFile(`${log}.1`, "utf8")).toBe("second ".repeat(20));
});

test("a log that is small enough, or not there, is left alone", async () => {
  await writeFile(folder("gateway.log"), "x".repeat(100));
  await trimLog(folder("gateway.log"), 100);
  await trimLog(folder("none.log"), 100);
  expect(await readdir(folder())).toEqual(["gateway.log"]);
});
