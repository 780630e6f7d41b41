import { AzureMonitorMetricExporter, AzureMonitorTraceExporter } from "@azure/monitor-opentelemetry-exporter";
import {
  createTraceState,
  diag,
  DiagLogLevel,
  ROOT_CONTEXT,
  trace as traces,
  TraceFlags,
  type Context,
} from "@opentelemetry/api";
import { OTLPMetricExporter } from "@opentelemetry/exporter-metrics-otlp-http";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-http";
import {
  defaultResource,
  detectResources,
  envDetector,
  resourceFromAttributes,
  type Resource,
} from "@opentelemetry/resources";
import {
  MeterProvider,
  PeriodicExportingMetricReader,
  type PushMetricExporter,
} from "@opentelemetry/sdk-metrics";
import { BasicTracerProvider, BatchSpanProcessor, type SpanExporter } from "@opentelemetry/sdk-trace-base";
import { azureCredential } from "../../platform/azure/credentials";
import { reasonOf } from "../../platform/base/errors";
import type { PredictionLog } from "../../platform/predictions/prediction-writer";
import type { Predictions } from "../../platform/model/table";
import { NotedIds, recordSpans } from "./request-spans";
import { predictionMeter } from "./prediction-meter";
import { requestMeter } from "./request-meter";
import type { EndedRequest } from "./request-telemetry";
import type { TelemetrySettings } from "./telemetry-settings";

export interface Exporter {
  readonly onEnded: (request: EndedRequest) => void;
  /** What takes the predictions of a version, `name:version`. */
  readonly predictionsOf: (model: string) => (predictions: Predictions) => void;
  /** Sends what waits, for so long at most, in milliseconds. Never throws. */
  close(maxMs: number): Promise<void>;
}

interface ExporterOptions {
  readonly settings: TelemetrySettings;
  readonly environment: string;
  readonly log?: PredictionLog | undefined;
  readonly report: (message: string) => void;
}

const scope = "mlops-scoring";

/** The caller's span as a parent, or nothing when the trace begins here. */
function parentOf({ trace }: EndedRequest): Context {
  const { traceId, parentId, sampled, state } = trace;
  if (parentId === undefined) return ROOT_CONTEXT;
  return traces.setSpanContext(ROOT_CONTEXT, {
    traceId,
    spanId: parentId,
    traceFlags: sampled ? TraceFlags.SAMPLED : TraceFlags.NONE,
    isRemote: true,
    ...(state !== undefined && { traceState: createTraceState(state) }),
  });
}

/** Reads OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES; they win over what is said here. */
function resourceOf(environment: string): Resource {
  const own = resourceFromAttributes({ "service.name": scope, "deployment.environment.name": environment });
  return defaultResource()
    .merge(own)
    .merge(detectResources({ detectors: [envDetector] }));
}

interface Exporters {
  readonly spans: SpanExporter[];
  readonly metrics: PushMetricExporter[];
}

function exportersOf({ otlp, applicationInsights, entra }: TelemetrySettings): Exporters {
  const exporters: Exporters = { spans: [], metrics: [] };
  if (otlp) {
    // The addresses, headers and limits are read from OTEL_EXPORTER_OTLP_*.
    exporters.spans.push(new OTLPTraceExporter());
    exporters.metrics.push(new OTLPMetricExporter());
  }
  if (applicationInsights !== undefined) {
    // The exporter would also report on itself, to Microsoft: only what the user asked for is sent.
    process.env.APPLICATION_INSIGHTS_NO_STATSBEAT ??= "true";
    // Refused items are sent again from memory for about half a minute. This version of the exporter could keep them on
    // the disk as well, but fails to send what it reads from there ("item.time.toISOString is not a function").
    const options = {
      connectionString: applicationInsights,
      ...(entra && { credential: azureCredential(entra.clientId) }),
      disableOfflineStorage: true,
      retryOptions: { maxRetries: 5, retryDelayInMs: 500, maxRetryDelayInMs: 10_000 },
    };
    exporters.spans.push(new AzureMonitorTraceExporter(options));
    exporters.metrics.push(new AzureMonitorMetricExporter(options));
  }
  return exporters;
}

/** Failures of an exporter are told once a minute at most: they come with every batch while its other end is away. */
function reportFailures(report: (message: string) => void): void {
  let quietUntil = 0;
  const tell = (message: string, ...details: unknown[]): void => {
    if (performance.now() < quietUntil) return;
    quietUntil = performance.now() + 60_000;
    const reason = [message, ...details].map((part) => reasonOf(part)).join(" ");
    const line = reason.replaceAll(/\s+/g, " ").slice(0, 300);
    report(`Telemetry cannot be exported: ${line} Requests are not affected.`);
  };
  const silent = (): void => undefined;
  const logger = { error: tell, warn: tell, info: silent, debug: silent, verbose: silent };
  diag.setLogger(logger, { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true });
}

/**
 * Exports a span tree per request and the service's metrics to where the settings say.
 * @public Loaded on use, by require().
 */
export function openExporter({ settings, environment, log, report }: ExporterOptions): Exporter {
  reportFailures(report);
  const resource = resourceOf(environment);
  const { spans, metrics } = exportersOf(settings);
  const ids = new NotedIds();
  const tracing = new BasicTracerProvider({
    resource,
    idGenerator: ids,
    spanProcessors: spans.map((exporter) => new BatchSpanProcessor(exporter)),
  });
  const exportIntervalMillis = Number(process.env.OTEL_METRIC_EXPORT_INTERVAL ?? 60_000);
  const metering = new MeterProvider({
    resource,
    readers: metrics.map((exporter) => {
      const exportTimeoutMillis = Math.min(30_000, exportIntervalMillis);
      return new PeriodicExportingMetricReader({ exporter, exportIntervalMillis, exportTimeoutMillis });
    }),
  });
  const tracer = tracing.getTracer(scope);
  const meter = requestMeter(metering.getMeter(scope), log);
  return {
    predictionsOf: predictionMeter(metering.getMeter(scope)),
    onEnded: (request) => {
      recordSpans(request, { tracer, ids, parent: parentOf(request) });
      meter(request);
    },
    async close(maxMs) {
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, maxMs)));
      const shutdown = Promise.allSettled([tracing.shutdown(), metering.shutdown()]);
      await Promise.race([shutdown, late]);
      clearTimeout(timer);
    },
  };
}
