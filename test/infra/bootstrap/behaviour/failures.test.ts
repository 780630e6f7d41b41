import { appendFileSync } from "node:fs";
import path from "node:path";
import { bootstrap, type Bootstrap } from "../../../../infra/bootstrap/bootstrap";
import { tokenFor, useCloud } from "../cloud";

const cloud = useCloud();

const said = (code: string) => ({ error: { code, message: "As Azure says." } });
const account = /\/storageAccounts\/[^/]+$/;

test.each([
  [401, "ExpiredAuthenticationToken", /Expected a valid token .* Run "az login/],
  [
    403,
    "AuthorizationFailed",
    /Expected Owner on the subscription, or both Contributor and "Role Based Access Control Administrator"/,
  ],
  [404, "SubscriptionNotFound", /Correct --subscription/],
  [409, "StorageAccountAlreadyTaken", /another --resource-group/],
])("Azure answers %i", async (status, code, remedy) => {
  cloud().fail("PUT", account, { status, body: said(code) });
  const run = bootstrap(cloud().inputs());
  await expect(run).rejects.toThrow(remedy);
  await expect(run).rejects.toThrow(
    new RegExp(
      `^The storage account mlopsstate\\w+ failed: Azure \\(localhost:\\d+\\) returned HTTP ${status} \\(${code}: As Azure says\\)\\.`,
    ),
  );
});

test("an Azure that receives too many requests is waited for as long as it says, and then it goes on", async () => {
  cloud().fail(
    "PUT",
    account,
    { status: 429, body: said("TooManyRequests"), headers: { "retry-after": "0" } },
    2,
  );
  expect((await bootstrap(cloud().inputs())).done).toBe(true);
  expect(cloud().writes.filter((write) => account.test(write))).toHaveLength(1);
});

test("one that does not stop is left alone", async () => {
  cloud().fail("PUT", account, {
    status: 429,
    body: said("TooManyRequests"),
    headers: { "retry-after": "0" },
  });
  await expect(bootstrap(cloud().inputs())).rejects.toThrow(
    /HTTP 429 .*It asks to wait 0 s\. The service receives too many requests/,
  );
});

test("a server error that passes is tried again", async () => {
  cloud().fail("GET", account, { status: 500, body: said("InternalServerError") }, 2);
  expect((await bootstrap(cloud().inputs())).done).toBe(true);
});

const environments = /_apis\/pipelines\/environments$/;

test.each([
  [401, /tenant that the organisation is connected to/],
  [403, /"Project Administrators" who is also an "Endpoint Administrator"/],
  [409, /Wait a minute and run the same command again/],
  [500, /The service failed/],
])("Azure DevOps answers a creation with %i", async (status, remedy) => {
  cloud().fail("POST", environments, { status, body: { message: "TF000001: As it says." } }, 1);
  const run = bootstrap(cloud().inputs());
  await expect(run).rejects.toThrow(remedy);
  await expect(run).rejects.toThrow(
    new RegExp(
      `^The environment mlops-qa failed: Azure DevOps \\(localhost:\\d+\\) returned HTTP ${status} \\(TF000001: As it says\\)\\.`,
    ),
  );
  // A creation is not sent again: the next run looks whether it was made.
  expect(cloud().writes.filter((write) => write.endsWith("/environments"))).toEqual([]);
  expect((await bootstrap(cloud().inputs())).done).toBe(true);
});

test.each([429, 503])("what Azure DevOps can answer later (%i) is asked again", async (status) => {
  cloud().fail(
    "GET",
    environments,
    { status, body: { message: "Later." }, headers: { "retry-after": "0" } },
    2,
  );
  expect((await bootstrap(cloud().inputs())).done).toBe(true);
});

test("a creation that Azure DevOps turned away is sent again", async () => {
  cloud().fail(
    "POST",
    environments,
    { status: 429, body: { message: "Later." }, headers: { "retry-after": "0" } },
    2,
  );
  expect((await bootstrap(cloud().inputs())).done).toBe(true);
});

test("a pause of an hour is not waited for", async () => {
  cloud().fail("POST", environments, {
    status: 429,
    body: { message: "Later." },
    headers: { "retry-after": "3600" },
  });
  await expect(bootstrap(cloud().inputs())).rejects.toThrow("It asks to wait 3600 s");
});

test.each([
  [203, "<html>Sign in</html>", {}],
  [302, "", { location: "https://spsprodweu1.vssps.visualstudio.com/_signin" }],
])("a page to sign in on (%i) is no answer", async (status, body, headers) => {
  cloud().fail("GET", /connectionData$/, { status, body, headers });
  await expect(bootstrap(cloud().inputs())).rejects.toThrow(
    new RegExp(`The organisation contoso failed: .* returned HTTP ${status}\\. .*Run "az login`),
  );
  expect(cloud().writes).toEqual([]);
});

test("a project that is not there is named before anything is made", async () => {
  const { target } = cloud().inputs();
  await expect(bootstrap(cloud().inputs({ target: { ...target, project: "nowhere" } }))).rejects.toThrow(
    /The project nowhere failed: .* returned HTTP 404 .*Correct --organisation and --project/,
  );
  expect(cloud().writes).toEqual([]);
});

test("an approver whom nobody knows is named before anything is made", async () => {
  const target = { ...cloud().inputs().target, approvers: ["nobody@example.com"] };
  await expect(bootstrap(cloud().inputs({ target }))).rejects.toThrow(
    '--approver "nobody@example.com" matches nobody',
  );
  expect(cloud().writes).toEqual([]);
});

test("a subscription that is switched off is named", async () => {
  cloud().arm.subscriptionState = "Disabled";
  await expect(bootstrap(cloud().inputs())).rejects.toThrow(
    /Research \(aaaaaaaa.*\) is Disabled\. Expected Enabled/,
  );
});

test("nobody is signed in", async () => {
  const error = Object.assign(new Error("Please run 'az login'"), { name: "CredentialUnavailableError" });
  const credential = { getToken: () => Promise.reject(error) };
  await expect(bootstrap(cloud().inputs({ credential }))).rejects.toThrow('Run "az login"');
});

test("a token of nobody is refused", async () => {
  const credential = {
    getToken: () => Promise.resolve({ ...tokenFor("x"), token: "a.e30.b" }),
  };
  await expect(bootstrap(cloud().inputs({ credential }))).rejects.toThrow('no "oid" or "tid" claim');
});

test("servers that cannot be reached", async () => {
  const devOpsOptions = { url: "http://localhost:1", attempts: 1 };
  await expect(bootstrap(cloud().inputs({ devOpsOptions }))).rejects.toThrow(
    /ECONNREFUSED.*Check the network/,
  );
});

test("what a policy changes back is named, and not tried for ever", async () => {
  const { arm } = cloud();
  const answer = arm.answer.bind(arm);
  arm.answer = (seen) => {
    if (seen.method === "PUT" && account.test(seen.path))
      Object.assign(seen.body.properties ?? {}, { allowSharedKeyAccess: true });
    return answer(seen);
  };
  await expect(bootstrap(cloud().inputs())).rejects.toThrow(
    /storage account mlopsstate\w+ was created, but is not as requested: allowSharedKeyAccess is true, expected false/,
  );
});

test("Pulumi is run again until the new roles hold, and its own failures are shown", async () => {
  const { run } = cloud().inputs();
  let refused = 2;
  const patient = bootstrap(
    cloud().inputs({
      run: (...call) => {
        refused -= 1;
        return refused >= 0 || run === undefined
          ? Promise.resolve({ code: 255, output: "RESPONSE 403: AuthorizationPermissionMismatch" })
          : run(...call);
      },
    }),
  );
  expect((await patient).done).toBe(true);
  expect(refused).toBe(-2);
});

test("without Pulumi it says so", async () => {
  const run = () => Promise.resolve({ code: 127, output: "pulumi: spawn pulumi ENOENT" });
  await expect(bootstrap(cloud().inputs({ run }))).rejects.toThrow(
    /ENOENT.*Expected the Pulumi CLI.*npm run doctor/,
  );
});

test("a stack that was made before its file was written gets its key all the same", async () => {
  const calls: string[] = [];
  const run: Bootstrap["run"] = (_program, args) => {
    calls.push(args.slice(0, 2).join(" "));
    if (args[1] === "select") return Promise.resolve({ code: 0, output: "" });
    const stack = args[args.indexOf("--stack") + 1] ?? "";
    const lines = `secretsprovider: ${args[2]}\nencryptedkey: ZW5jcnlwdGVk\n`;
    appendFileSync(path.join(cloud().folder, `Pulumi.${stack}.yaml`), lines);
    return Promise.resolve({ code: 0, output: "" });
  };
  await bootstrap(cloud().inputs({ run }));
  const each = ["stack select", "stack change-secrets-provider"];
  expect(calls).toEqual([...each, ...each]);
  expect((await bootstrap(cloud().inputs({ run }))).changed).toBe(0);
});
