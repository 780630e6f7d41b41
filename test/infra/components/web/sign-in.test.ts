import { readFileSync } from "node:fs";
import path from "node:path";
import * as web from "@pulumi/azure-native/web";
import { signInWith, withoutSignIn } from "../../../../infra/components/web/sign-in";
import { ofType, registered, tenantId } from "../../mocks";

/** A property's type by Azure's schema: of an object its properties, of a list what is in it, else a word, or values with a bar between. */
type Shape = string | readonly [Shape] | Shapes;
interface Shapes {
  readonly [name: string]: Shape;
}

const { properties } = JSON.parse(
  readFileSync(path.join(__dirname, "fixtures", "auth-settings-v2.json"), "utf8"),
) as { properties: Shapes };

/** Where a value is not of a shape. The provider has no schema of its own here: it sends what it is given. */
function faultsOf(value: unknown, shape: Shape | undefined, at = ""): string[] {
  if (shape === undefined) return [`${at} is not known`];
  if (Array.isArray(value)) {
    const [item] = Array.isArray(shape) ? (shape as readonly [Shape]) : [];
    return value.flatMap((each, index) => faultsOf(each, item, `${at}[${index}]`));
  }
  if (typeof value === "object" && value !== null) {
    const known = typeof shape === "object" && !Array.isArray(shape) ? shape : {};
    return Object.entries(value).flatMap(([name, each]) =>
      faultsOf(each, (known as Shapes)[name], at === "" ? name : `${at}.${name}`),
    );
  }
  if (shape === typeof value) return [];
  const isChoice = typeof shape === "string" && shape.split("|").includes(String(value));
  return isChoice ? [] : [`${at} is ${String(value)}`];
}

async function sent(settings: Omit<web.WebAppAuthSettingsV2Args, "name" | "resourceGroupName">) {
  const made = await registered(
    () => new web.WebAppAuthSettingsV2("sign-in", { name: "app", resourceGroupName: "rg", ...settings }),
  );
  const { name, resourceGroupName, ...given } = ofType(made, "web:WebAppAuthSettingsV2")[0]?.inputs ?? {};
  expect([name, resourceGroupName]).toEqual(["app", "rg"]);
  return given;
}

const application = "00000000-0000-4000-8000-00000000000b";

test.each([
  ["with groups", signInWith({ tenantId, application, groups: ["group"] })],
  ["of everybody in the directory", signInWith({ tenantId, application, groups: [] })],
  ["that is off", withoutSignIn],
])("Azure's schema knows every property of a sign-in %s", async (_, settings) => {
  const given = await sent(settings);
  expect(Object.keys(given).length).toBeGreaterThan(2);
  expect(faultsOf(given, properties)).toEqual([]);
});

test("what the schema does not know is seen", () => {
  const wrong = {
    globalValidation: { requiresAuthentication: true, unauthenticatedClientAction: "Redirect" },
    identityProviders: { azureActiveDirectory: { validation: { allowedAudiences: [true] } } },
    httpSettings: { requireHttps: "true" },
  };
  expect(faultsOf(wrong, properties)).toEqual([
    "globalValidation.requiresAuthentication is not known",
    "globalValidation.unauthenticatedClientAction is Redirect",
    "identityProviders.azureActiveDirectory.validation.allowedAudiences[0] is true",
    "httpSettings.requireHttps is true",
  ]);
});

test("the property that the policy pack reads is one of the schema", () => {
  expect((properties.globalValidation as Shapes).requireAuthentication).toBe("boolean");
});
