import path from "node:path";
import { Readable } from "node:stream";
import { Image, type ImageArgs } from "../../../../infra/components/images/image";
import { tokenUser } from "../../../../platform/azure/container-registry";
import { countByType, ofType, registered, valueOf } from "../../mocks";

/** The module itself, so that what it exports can be replaced. */
const sending = jest.requireActual<typeof import("../../../../platform/http/send-request")>(
  "../../../../platform/http/send-request",
);

const context = path.join(process.cwd(), "dist/contexts/training-0123456789ab");
const digest = `sha256:${"a".repeat(64)}`;
const args: ImageArgs = {
  registry: { loginServer: "registry.example" },
  repository: "mlops-training",
  source: {
    context,
    dockerfile: path.join(process.cwd(), "training/Dockerfile"),
    tag: "ba9876543210",
    buildArgs: { NODE_IMAGE: "node:24" },
    target: "plain",
  },
  login: "docker",
};

/** What is made, and the reference that others are given. */
async function make(change: Partial<ImageArgs>, preview = false) {
  let reference = Promise.resolve("");
  const made = await registered(
    () => {
      reference = valueOf(new Image("training-image", { ...args, ...change }).reference);
    },
    { preview },
  );
  return { made, reference: await reference };
}

describe("an image", () => {
  test("is built from its context, tagged by content, pushed, and referred to by digest", async () => {
    const { made, reference } = await make({});
    expect(countByType(made)).toEqual({ "mlops:infra:Image": 1, "docker-build:index:Image": 1 });
    expect(ofType(made, "index:Image")[0]?.inputs).toEqual({
      push: true,
      buildOnPreview: false,
      platforms: ["linux/amd64"],
      context: { location: "dist/contexts/training-0123456789ab" },
      dockerfile: { location: "training/Dockerfile" },
      buildArgs: { NODE_IMAGE: "node:24" },
      target: "plain",
      tags: ["registry.example/mlops-training:ba9876543210"],
      // The default of the SDK.
      network: "default",
    });
    expect(reference).toBe(`registry.example/mlops-training@${digest}`);
  });

  test("that a build has pushed is taken as it is", async () => {
    const given = `registry.example/mlops-training@sha256:${"b".repeat(64)}`;
    const { made, reference } = await make({ source: { reference: given } });
    expect(countByType(made)).toEqual({ "mlops:infra:Image": 1 });
    expect(reference).toBe(given);
  });

  test("is pushed by the identity that runs the update, and the sign-in is a secret", async () => {
    const sent = jest.spyOn(sending, "sendRequest");
    const body = '{"refresh_token":"for three hours"}';
    sent.mockImplementation(({ read }) =>
      read({ status: 200, header: () => undefined, body: Readable.from([body]) }),
    );
    try {
      const { made } = await make({ login: "entra" });
      expect(sent).toHaveBeenCalledTimes(1);
      const [request] = sent.mock.calls[0] ?? [];
      expect(request?.url).toBe("https://registry.example/oauth2/exchange");
      expect(new URLSearchParams(request?.body as string).get("access_token")).toBe("entra-token");
      const { value } = ofType(made, "index:Image")[0]?.inputs.registries as { value: unknown };
      expect(value).toEqual([
        { address: "registry.example", username: tokenUser, password: "for three hours" },
      ]);
    } finally {
      sent.mockRestore();
    }
  });

  test("needs no sign-in for a preview", async () => {
    const { made } = await make({ login: "entra" }, true);
    // The list is marked as a secret, as a password would be in it.
    const { value } = ofType(made, "index:Image")[0]?.inputs.registries as { value: unknown };
    expect(value).toEqual([{ address: "registry.example", username: tokenUser, password: "" }]);
  });
});
