import { spawn } from "node:child_process";
import path from "node:path";
import { bootstrap } from "../../../../infra/bootstrap/bootstrap";
import { Cloud, useCloud } from "../cloud";

const cloud = useCloud();

/** Everything that there is now, by name; ids are left out, as they differ from run to run. */
function there({ arm, devops }: Cloud): string[] {
  return [
    ...arm.resources.keys(),
    ...[...devops.kept].flatMap(([kind, entries]) =>
      [...entries.values()].map(({ name, type, resource }) => {
        const of = (resource as { name?: string } | undefined)?.name ?? "";
        return `${kind} ${JSON.stringify(name ?? type)} ${of}`;
      }),
    ),
    ...devops.pipelines.map(({ name }) => String(name)),
    ...[...devops.permissions].map(([, opened]) => `opened to ${opened.size}`),
  ].sort();
}

test.each([9, 45, 80])("killed at write %i, a second run completes it", async (fatal) => {
  const whole = await Cloud.start();
  try {
    await bootstrap(whole.inputs());
    const { armUrl, devOpsUrl, certificate, folder } = cloud();
    const child = spawn(
      process.execPath,
      [
        "--require",
        "tsx/cjs",
        path.join(__dirname, "..", "run-bootstrap.ts"),
        JSON.stringify({ armUrl, devOpsUrl, certificate, folder }),
      ],
      { stdio: ["ignore", "ignore", "inherit"] },
    );
    cloud().onWrite = (count) => {
      if (count === fatal) child.kill("SIGKILL");
    };
    const signal = await new Promise((resolve) => child.on("exit", (_code, by) => resolve(by)));
    expect(signal).toBe("SIGKILL");
    expect(there(cloud())).not.toEqual(there(whole));
    cloud().onWrite = () => undefined;
    await bootstrap(cloud().inputs());
    expect(there(cloud())).toEqual(there(whole));
    const { changed } = await bootstrap(cloud().inputs());
    expect(changed).toBe(0);
  } finally {
    await whole.stop();
  }
});

test("an Azure that fails half-way is completed by the next run", async () => {
  cloud().fail(
    "PUT",
    /\/vaults\/[^/]+$/,
    { status: 503, body: { error: { code: "ServerBusy", message: "Busy" } } },
    3,
  );
  await expect(bootstrap(cloud().inputs())).rejects.toThrow(
    /The vault mlops-state-\w{10} failed: Azure \(localhost:\d+\) returned HTTP 503 \(ServerBusy: Busy\)\. The service failed\./,
  );
  const whole = await Cloud.start();
  try {
    await bootstrap(whole.inputs());
    await bootstrap(cloud().inputs());
    expect(there(cloud())).toEqual(there(whole));
  } finally {
    await whole.stop();
  }
});

test.each([
  ["serviceendpoint/endpoints", /serviceendpoint\/endpoints$/],
  ["pipelines/environments", /pipelines\/environments$/],
  ["pipelines/checks/configurations", /checks\/configurations$/],
  ["distributedtask/variablegroups", /variablegroups$/],
  ["policy/configurations", /policy\/configurations$/],
] as const)("%s: what was made although its answer was lost is not made twice", async (kind, at) => {
  cloud().lose("POST", at);
  await expect(bootstrap(cloud().inputs())).rejects.toThrow("HTTP 502 (The gateway gave up)");
  await bootstrap(cloud().inputs());
  const whole = await Cloud.start();
  try {
    await bootstrap(whole.inputs());
    expect(cloud().devops.all(kind)).toHaveLength(whole.devops.all(kind).length);
  } finally {
    await whole.stop();
  }
});
