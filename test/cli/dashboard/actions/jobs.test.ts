import { setTimeout as sleep } from "node:timers/promises";
import { Jobs } from "../../../../cli/dashboard/actions/jobs";

const program = (code: string): [string, ...string[]] => [process.execPath, "-e", code];
const asked = {
  model: "houses",
  action: "retrain",
  verb: ["retrain", "--model", "houses"],
  reason: "x",
} as const;

/** Waits until a job has ended. */
async function ended(jobs: Jobs, id: string) {
  while (jobs.get(id)?.code === undefined) await sleep(10);
  return jobs.get(id);
}

test("runs the verb as a process, keeps what it says, and tells when it has ended", async () => {
  let ends = 0;
  const jobs = new Jobs(
    program("console.log(process.argv.slice(1).join(' ')); console.error('no'); process.exit(3)"),
    () => {
      ends += 1;
    },
  );
  const { id } = jobs.start(asked);
  expect(jobs.runningOf("houses")?.id).toBe(id);
  expect(await ended(jobs, id)).toMatchObject({ code: 3, reason: "x", verb: asked.verb });
  expect(jobs.get(id)?.output).toContain("retrain --model houses");
  expect(jobs.get(id)?.output).toContain("no");
  expect(ends).toBe(1);
  expect(jobs.runningOf("houses")).toBeUndefined();
});

test("a character that comes in two pieces is whole", async () => {
  const write =
    "process.stdout.write(Buffer.from([0xc3])); setTimeout(() => process.stdout.write(Buffer.from([0xa9])), 100)";
  const jobs = new Jobs(program(write), () => undefined);
  const { id } = jobs.start(asked);
  expect((await ended(jobs, id))?.output).toBe("é");
});

test("one at a time for a model, and all are stopped at the end", async () => {
  const jobs = new Jobs(program("setInterval(() => {}, 1000)"), () => undefined);
  const { id } = jobs.start(asked);
  expect(() => jobs.start(asked)).toThrow(/`mlops retrain --model houses` is under way since/);
  const other = jobs.start({ ...asked, model: "loans" });
  await jobs.stop();
  expect(jobs.get(id)?.code).toBeNull();
  expect(jobs.get(other.id)?.code).toBeNull();
});

test("a program that cannot be started is told", async () => {
  const jobs = new Jobs(["/nowhere/at/all"], () => undefined);
  const { id } = jobs.start(asked);
  expect((await ended(jobs, id))?.output).toContain("ENOENT");
});
