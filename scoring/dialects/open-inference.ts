import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { parseModelRef } from "../../platform/definition/model-ref";
import { RequestProblem } from "../problems/problem";
import { show } from "../rows/read-faults";
import { scoreRequestOf } from "../http/score-request";
import type { Scorer } from "../model/scorer";
import { takeBytes } from "../http/body-parsers";
import type { DialectOptions } from "./dialect";
import { addErrorAnswers, type ErrorShape } from "../http/error-answers";
import { checkOutputs, explanationOutputs, inferenceAnswer, outputsOf } from "./inference-answer";
import { readInferenceRequest } from "./inference-request";
import { featureDatatypes, readInferenceRows } from "./inference-rows";
import { platformVersion, serverName } from "../http/server-version";

/** The error of the Open Inference Protocol: one text. */
export const inferenceShape: ErrorShape = {
  contentType: "application/json; charset=utf-8",
  body: ({ message }) => ({ error: message }),
};

interface ModelParams {
  readonly model: string;
  readonly version?: string;
}

/** Checks the type that a body says it has; clients of the binary extension often say none. */
function checkType({ headers }: FastifyRequest): void {
  const type = headers["content-type"]?.split(";", 1)[0]?.trim().toLowerCase();
  if (type === undefined || type === "application/json") return;
  if (type === "application/octet-stream" && headers["inference-header-content-length"] !== undefined) return;
  throw new RequestProblem(
    "MEDIA_TYPE_UNSUPPORTED",
    `The body's type is ${show(type)}. Send application/json, or application/octet-stream with Inference-Header-Content-Length.`,
  );
}

/** The service's one model, as the protocol sees it. */
class ServedModel {
  private readonly name: string;
  private readonly version: string;

  constructor(
    private readonly scorer: Scorer,
    private readonly options: DialectOptions,
  ) {
    const { name, version } = parseModelRef(scorer.reference);
    this.name = name;
    this.version = String(version);
  }

  list(): object {
    return { models: [this.name] };
  }

  metadata(): object {
    const { signature } = this.scorer;
    return {
      name: this.name,
      versions: [this.version],
      platform: "onnx_onnxv1",
      inputs: signature.inputs.map(({ name, type, nullable }) => ({
        name,
        datatype: featureDatatypes[type],
        shape: [-1],
        ...(nullable && { parameters: { nullable } }),
      })),
      outputs: outputsOf(signature).map((output) => ({ ...output, shape: [-1] })),
    };
  }

  ready(): object {
    if (!this.options.isReady()) throw new RequestProblem("NOT_READY", `Model ${this.name} is not ready.`);
    return { name: this.name, version: this.version, ready: true };
  }

  /** Throws NOT_FOUND when a request is for another model or version than this one. */
  check({ model, version }: ModelParams): void {
    if (model === this.name && (version === undefined || version === this.version)) return;
    const which = version === undefined ? show(model) : `${show(model)} with version ${show(version)}`;
    throw new RequestProblem("NOT_FOUND", `Model ${which} not found. There is ${this.scorer.reference}.`);
  }

  async infer(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const { scorer, options, name, version } = this;
    const { signature } = scorer;
    checkType(request);
    const header = request.headers["inference-header-content-length"];
    const body = request.body instanceof Uint8Array ? (request.body as Buffer) : Buffer.alloc(0);
    const asked = readInferenceRequest(body, header?.toString(), { name, version });
    checkOutputs(signature, asked);
    const rows = readInferenceRows(signature, asked.inputs, options.limits.maxRows);
    const explained =
      asked.explain || asked.outputs?.some((output) => explanationOutputs.includes(output.name));
    const explanation = explained === true ? scorer.explain(rows) : undefined;
    const predictions = await scorer.score(rows, scoreRequestOf(request));
    const answer = inferenceAnswer(asked, predictions, { signature, name, version, explanation });
    if (answer.jsonLength === undefined)
      return reply.type("application/json; charset=utf-8").send(answer.body);
    return reply
      .type("application/octet-stream")
      .header("inference-header-content-length", String(answer.jsonLength))
      .send(answer.body);
  }
}

function addModelRoutes(part: FastifyInstance, served: ServedModel): void {
  for (const path of ["/v2/models/:model", "/v2/models/:model/versions/:version"]) {
    part.get<{ Params: ModelParams }>(path, ({ params }) => {
      served.check(params);
      return served.metadata();
    });
    part.get<{ Params: ModelParams }>(`${path}/ready`, ({ params }) => {
      served.check(params);
      return served.ready();
    });
    part.post<{ Params: ModelParams }>(`${path}/infer`, (request, reply) => {
      served.check(request.params);
      return served.infer(request, reply);
    });
  }
}

/** The Open Inference Protocol, version 2, over HTTP, with its binary tensor data extension. */
export function addOpenInference(app: FastifyInstance, scorer: Scorer, options: DialectOptions): void {
  const served = new ServedModel(scorer, options);
  void app.register((part, _options, done) => {
    takeBytes(part);
    addErrorAnswers(part, { limits: options.limits, shape: inferenceShape });
    part.get("/v2", () => ({
      name: serverName,
      version: platformVersion,
      extensions: ["binary_tensor_data"],
    }));
    // The protocol's text and its servers differ in the name of the field, so both are there.
    part.get("/v2/health/live", () => ({ live: true, ready: options.isReady() }));
    part.get("/v2/health/ready", (_request, reply) => {
      const ready = options.isReady();
      return reply.code(ready ? 200 : 503).send({ live: true, ready });
    });
    part.get("/v2/models", () => served.list());
    addModelRoutes(part, served);
    done();
  });
}
