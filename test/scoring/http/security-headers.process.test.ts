import { useTemporaryFolder } from "../../platform/base/temporary-folder";
import { row, writeCostModel } from "../model-fixture";
import { usePrograms } from "../process/scoring-program";

const start = usePrograms();
const folder = useTemporaryFolder();

test("every answer, also one that refuses, is not to be kept or guessed at, and says nothing of the server", async () => {
  await writeCostModel(folder("model"));
  const program = start({ MLOPS_MODEL_DIRECTORY: folder("model") });
  const url = `http://127.0.0.1:${await program.port()}`;
  const post = (body: string) => ({ method: "POST", headers: { "content-type": "application/json" }, body });
  const answers = [
    await fetch(`${url}/score`, post(JSON.stringify({ data: [row] }))),
    await fetch(`${url}/score`, post("{")),
    await fetch(`${url}/score`),
    await fetch(`${url}/nothing`),
    await fetch(`${url}/healthz`),
    await fetch(`${url}/openapi.json`),
  ];
  expect(answers.map(({ status }) => status)).toEqual([200, 400, 405, 404, 200, 200]);
  for (const { headers } of answers) {
    expect(headers.get("x-content-type-options")).toBe("nosniff");
    expect(headers.get("cache-control")).toBe("no-store");
    for (const name of [
      "server",
      "x-powered-by",
      "strict-transport-security",
      "access-control-allow-origin",
    ]) {
      expect(headers.get(name)).toBeNull();
    }
  }
  const page = (await fetch(`${url}/docs`)).headers;
  expect(page.get("content-security-policy")).toContain("frame-ancestors 'none'");
  expect(page.get("content-security-policy")).toContain("default-src 'none'");
  expect(page.get("x-frame-options")).toBe("DENY");
  expect(page.get("referrer-policy")).toBe("no-referrer");
});
