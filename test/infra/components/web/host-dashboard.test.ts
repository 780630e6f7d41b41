import { readSettings } from "../../../../platform/settings/settings";
import { ofType } from "../../mocks";
import { runEnvironment, type ProgramRun } from "../../programs";

const group = "00000000-0000-4000-8000-00000000000a";
const settings = {
  "mlops:dashboard": "show",
  "mlops:dashboardApplication": "00000000-0000-4000-8000-00000000000b",
  "mlops:dashboardImage": `registry.example/mlops-dashboard@sha256:${"a".repeat(64)}`,
  "mlops:operators": group,
};

/** Roles of the dashboard's identity, as `role on scope`. */
const rolesOf = ({ resources }: ProgramRun): string[] =>
  ofType(resources, "authorization:RoleAssignment").flatMap(({ name, inputs }) =>
    /-(viewers|dashboard|retrainers)-/.test(name) ? [`${name} ${String(inputs.principalId)}`] : [],
  );

test("a stack has no dashboard unless it is told to, and no identity for one", async () => {
  const { resources, outputs } = await runEnvironment("qa");
  expect(resources.filter(({ type }) => type.includes(":web:"))).toEqual([]);
  expect(outputs).not.toHaveProperty("dashboard");
  expect(ofType(resources, "UserAssignedIdentity")).toHaveLength(6);
});

test("the dashboard reads where models are trained, and is given what it needs to know of its stack", async () => {
  const run = await runEnvironment("qa", settings);
  const [app] = ofType(run.resources, "web:WebApp");
  const { appSettings } = app?.inputs.siteConfig as { appSettings: { name: string; value: string }[] };
  const given = Object.fromEntries(
    appSettings.flatMap(({ name, value }) => (name.startsWith("MLOPS_") ? [[name, value]] : [])),
  ) as Record<string, string>;
  // As the program will read them.
  expect(readSettings("cli", given)).toMatchObject({ target: "azure" });
  const stack = JSON.parse(given.MLOPS_STACK_OUTPUTS ?? "") as { qa: Record<string, unknown> };
  expect(stack.qa).toMatchObject({
    model: "diabetes",
    workspaceId: run.outputs.workspaceId,
    retraining: { dataUri: run.outputs.retraining.dataUri, everyHours: 168 },
    environment: { cli: run.outputs.environment.cli },
  });
  expect(rolesOf(run).filter((role) => role.includes("contributor"))).toEqual([]);
  expect(rolesOf(run)).toHaveLength(9);
  expect(run.outputs).toMatchObject({ dashboard: { url: expect.stringMatching(/^https:/) as string } });
});

test("only one that may act is told to", async () => {
  for (const [dashboard, flags] of [
    ["show", "--port"],
    ["act", "--allow-changes --port"],
  ]) {
    const { resources } = await runEnvironment("qa", { ...settings, "mlops:dashboard": dashboard ?? "" });
    expect(ofType(resources, "web:WebApp")[0]?.inputs.siteConfig).toMatchObject({
      appCommandLine: `dashboard --hosted ${flags} 8800`,
    });
  }
});

test("one that may act starts the training pipeline and says so in the audit trail, and changes nothing else", async () => {
  const roles = rolesOf(await runEnvironment("qa", { ...settings, "mlops:dashboard": "act" }));
  expect(
    roles.filter((role) => /contributor|scientist/.test(role)).map((role) => role.split(" ")[0]),
  ).toEqual([
    expect.stringMatching(/retrainers-storage-blob-data-contributor-audit-container$/),
    expect.stringMatching(/retrainers-azure-?ml-data-scientist-workspace$/i),
  ]);
});

test("another environment lets the dashboard look, and has none of its own", async () => {
  const principal = "00000000-0000-4000-8000-00000000000c";
  const roles = rolesOf(await runEnvironment("prod", { "mlops:dashboardPrincipal": principal }));
  expect(roles).toHaveLength(5);
  expect(roles.every((role) => role.includes("viewers-") && role.endsWith(principal))).toBe(true);
  await expect(runEnvironment("prod", settings)).rejects.toThrow(
    /mlops:dashboard is show in stack prod, and the dashboard shows all environments from the first one, qa/,
  );
});

test.each([
  [{ "mlops:dashboardApplication": "" }, /no application signs people in/],
  [{ "mlops:operators": "" }, /mlops:operators has no group/],
  [{ "mlops:network": "private" }, /would reach nothing/],
])("%j is refused", async (change, message) => {
  await expect(runEnvironment("qa", { ...settings, ...change })).rejects.toThrow(message);
});
