import { openOutput } from "../../../cli/terminal/output";

/** What is written while something is told. */
async function written(json: boolean, tell: (output: Awaited<ReturnType<typeof openOutput>>) => void) {
  let text = "";
  const keep = (part: string | Uint8Array): boolean => {
    text += String(part);
    return true;
  };
  const spies = [process.stdout, process.stderr].map((stream) =>
    jest.spyOn(stream, "write").mockImplementation(keep),
  );
  tell(await openOutput(json));
  for (const spy of spies) spy.mockRestore();
  return text;
}

const hostile = 'column "##vso[task.setvariable variable=PATH]/evil\u001b[2J"';
const harmless = 'column "## vso[task.setvariable variable=PATH]/evil\\u001b[2J"';

test.each([false, true])(
  "what comes from data is obeyed by no agent and no terminal (json: %s)",
  async (json) => {
    const text = await written(json, (output) => {
      output.print(hostile);
      output.end("check", { status: "failed", ms: 1, message: hostile });
      output.result({ [hostile]: hostile }, hostile);
    });
    for (const obeyed of ["##vso", "\u001b"]) expect(text).not.toContain(obeyed);
    expect(text.split(harmless)).toHaveLength(json ? 3 : 4);
    if (json) expect(JSON.parse(text.slice(text.indexOf("{")))).toEqual({ [hostile]: hostile });
  },
);

test("a command of ours is", async () => {
  const command = "##vso[build.addbuildtag]cancelled";
  expect(await written(false, (output) => output.command(command))).toBe(`${command}\n`);
});

test("a command in it is shown as it has to be typed", async () => {
  const event = jest.replaceProperty(process, "env", { ...process.env, npm_lifecycle_event: "start" });
  const text = await written(false, (output) => {
    output.print("Run `mlops train`.");
    output.end("release", { status: "failed", ms: 1, message: "Run `mlops status`." });
  });
  event.restore();
  expect(text).toMatch(/^Run `npm run mlops -- train`\.\n.*Run `npm run mlops -- status`\.\n$/);
});
