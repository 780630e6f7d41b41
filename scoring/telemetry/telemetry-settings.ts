import { PlatformError } from "../../platform/base/errors";

/**
 * Where telemetry goes. These variables have the names that Azure and OpenTelemetry give them; further ones that start with
 * OTEL_ are read by OpenTelemetry itself (headers, timeout, sampler, resource attributes).
 */
export interface TelemetrySettings {
  /** Connection string of an Application Insights component. */
  readonly applicationInsights?: string;
  /** The process signs in to Application Insights, which then may refuse what comes without a sign-in. */
  readonly entra?: { readonly clientId?: string };
  /** Whether an OTLP endpoint is set, for all signals or for one. */
  readonly otlp: boolean;
}

/** The settings, or `undefined` when no telemetry is exported. */
export function readTelemetrySettings(env: NodeJS.ProcessEnv): TelemetrySettings | undefined {
  if (env.OTEL_SDK_DISABLED === "true") return undefined;
  const applicationInsights = env.APPLICATIONINSIGHTS_CONNECTION_STRING;
  const endpoints = [
    "OTEL_EXPORTER_OTLP_ENDPOINT",
    "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
    "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT",
  ].filter((name) => (env[name] ?? "") !== "");
  for (const name of endpoints) {
    if (/^https?:\/\//.test(env[name] ?? "") && URL.canParse(env[name] ?? "")) continue;
    throw new PlatformError(
      "SETTINGS_INVALID",
      `${name} is "${env[name]}". Expected the http:// or https:// address of an OTLP endpoint. Correct or unset it.`,
    );
  }
  if (applicationInsights !== undefined && !/InstrumentationKey=[0-9a-f-]{36}/i.test(applicationInsights)) {
    throw new PlatformError(
      "SETTINGS_INVALID",
      "APPLICATIONINSIGHTS_CONNECTION_STRING is not valid (its value is not shown). Expected InstrumentationKey=<GUID>;IngestionEndpoint=<address>. Copy it from the component's overview.",
    );
  }
  const entra = readSignIn(env.APPLICATIONINSIGHTS_AUTHENTICATION_STRING);
  if (applicationInsights === undefined && endpoints.length === 0) return undefined;
  return {
    otlp: endpoints.length > 0,
    ...(applicationInsights !== undefined && { applicationInsights, ...(entra && { entra }) }),
  };
}

/** Azure's own services write it so: `Authorization=AAD`, with `;ClientId=<GUID>` to choose one of several identities. */
function readSignIn(text: string | undefined): TelemetrySettings["entra"] {
  if (text === undefined || text === "") return undefined;
  const match = /^Authorization=AAD(?:;ClientId=([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}))?$/i.exec(text);
  if (match) return match[1] === undefined ? {} : { clientId: match[1] };
  throw new PlatformError(
    "SETTINGS_INVALID",
    `APPLICATIONINSIGHTS_AUTHENTICATION_STRING is "${text}". Expected Authorization=AAD, with ;ClientId=<GUID> behind it or not. Correct or unset it.`,
  );
}
