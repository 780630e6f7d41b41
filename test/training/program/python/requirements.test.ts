import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { readRequirements, unpinned } from "../../../../training/program/python/requirements";

let folder = "";
beforeEach(async () => (folder = await mkdtemp(path.join(tmpdir(), "requirements-"))));
afterEach(() => rm(folder, { recursive: true }));

const write = (name: string, text: string): Promise<void> => writeFile(path.join(folder, name), text);
const read = () => readRequirements(path.join(folder, "requirements.txt"));

test("remarks, blank lines and line ends do not count; files that are named do, once each", async () => {
  await write(
    "requirements.txt",
    "# all\n-r base.txt\r\n\nlightgbm==4.7.0 \\\n    --hash=sha256:00  # pinned\n",
  );
  await write("base.txt", "numpy==2.4.6\n-c requirements.txt\n");
  expect((await read()).lines).toEqual([
    "-r base.txt",
    "numpy==2.4.6",
    "-c requirements.txt",
    "lightgbm==4.7.0 --hash=sha256:00",
  ]);
});

test("what has no exact version is found", async () => {
  await write(
    "requirements.txt",
    "a==1\nb>=2\nc[extra]~=1\nd\ne @ file:///x.whl\n--only-binary :all:\nf===1\n",
  );
  expect(unpinned(await read())).toEqual(["b", "c[extra]", "d"]);
});

test("a file that is named and missing is said", async () => {
  await write("requirements.txt", "-r gone.txt\n");
  await expect(read()).rejects.toThrow(/gone\.txt does not exist/);
});
