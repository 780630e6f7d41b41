import { PlatformError } from "../../../platform/base/errors";
import { readGoldenRows, readModelMetadata } from "../../../platform/model/model-directory";
import type { Signature } from "../../../platform/model/signature";
import type { Release } from "../../../platform/release/deployment";
import type { Registry } from "../../../platform/registry/registry";
import type { Place as TargetPlace } from "../../../platform/release/place";
import type { ServiceAccess, Target } from "../../../platform/release/target";
import { testHeader } from "../../../scoring/http/request-headers";
import { describeStandstill } from "../../terminal/describe-standstill";
import { readFromModel } from "../../session/read-from-model";
import type { Board } from "../board/board";
import { tryRow, type TriedRow } from "./try-row";

/** What serves in production, to be tried. */
export interface Trial {
  readonly version: string;
  readonly signature: Signature;
  /** Of a row that the model knows, as text. */
  readonly example: Readonly<Record<string, string>>;
  readonly ask: (row: object) => Promise<TriedRow>;
}

type Facts = Pick<Trial, "signature" | "example">;
interface Serving {
  readonly stable: Release;
  readonly url: string;
  readonly access: ServiceAccess;
}

/** One answer to all that ask while it is found; whoever asks later asks anew. */
class SharedAnswers<T> {
  private readonly asked = new Map<string, Promise<T>>();

  of(name: string, find: () => Promise<T>): Promise<T> {
    const known = this.asked.get(name);
    if (known !== undefined) return known;
    const answer = find().finally(() => this.asked.delete(name));
    this.asked.set(name, answer);
    return answer;
  }
}

type Place = Pick<Board, "name" | "production">;

/**
 * What serves in production of models, with what a form of it needs; its requests are marked as tests, or are a client's. However many ask
 * at once, it is looked up once, and what never changes of a version is read once.
 */
export class Trials {
  private readonly serving = new SharedAnswers<Serving>();
  private readonly reading = new SharedAnswers<Facts>();
  /** Of the version of each model that was asked for last. */
  private readonly known = new Map<string, { readonly digest: string; readonly facts: Facts }>();

  constructor(
    private readonly options: {
      readonly registry: Registry;
      readonly openTarget: () => Pick<Target, "access"> & {
        readonly deployer: Pick<Target["deployer"], "status">;
      };
      readonly asTest: boolean;
      /** Where environments are. */
      readonly place: Pick<TargetPlace, "environments">;
    },
  ) {}

  async open(place: Place): Promise<Trial> {
    const { name } = place;
    const { stable, url, access } = await this.serving.of(name, () => this.find(place));
    const { signature, example } = await this.factsOf(name, stable);
    const { [testHeader]: mark, ...headers } = access.headers;
    const marked = this.options.asTest && mark !== undefined ? { ...headers, [testHeader]: mark } : headers;
    return {
      version: stable.model,
      signature,
      example,
      ask: (asked) => tryRow({ ...access, url, headers: marked }, asked),
    };
  }

  private async find({ name, production }: Place): Promise<Serving> {
    const target = this.options.openTarget();
    const { stable, url } = await target.deployer.status(production, name);
    if (stable === undefined || url === undefined) {
      const at = { environment: production, model: name, ...(stable && { stable }) };
      const standstill =
        describeStandstill(at, this.options.place) ??
        `No version of ${name} is in ${production} yet. \`mlops lifecycle --model ${name}\` trains and releases one.`;
      throw new PlatformError("NOT_SERVING", `${standstill} Then ask again.`);
    }
    return { stable, url, access: await target.access(production, name) };
  }

  private async factsOf(name: string, stable: Release): Promise<Facts> {
    const known = this.known.get(name);
    if (known?.digest === stable.digest) return known.facts;
    const facts = await this.reading.of(stable.digest, () => this.read(stable));
    this.known.set(name, { digest: stable.digest, facts });
    return facts;
  }

  private read(stable: Release): Promise<Facts> {
    return readFromModel(this.options.registry, stable, async (directory) => {
      const [golden = {}] = (await readGoldenRows(directory)).rows;
      const example = Object.entries(golden).map(([column, value]) => [
        column,
        value === null ? "" : String(value),
      ]);
      return {
        signature: (await readModelMetadata(directory)).signature,
        example: Object.fromEntries(example) as Facts["example"],
      };
    });
  }
}
