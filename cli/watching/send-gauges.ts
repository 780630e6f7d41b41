import { AzureMonitorMetricExporter } from "@azure/monitor-opentelemetry-exporter";
import { ValueType } from "@opentelemetry/api";
import { OTLPMetricExporter } from "@opentelemetry/exporter-metrics-otlp-http";
import { resourceFromAttributes } from "@opentelemetry/resources";
import { MeterProvider, MetricReader, type PushMetricExporter } from "@opentelemetry/sdk-metrics";
import type { TelemetrySettings } from "../../scoring/telemetry/telemetry-settings";

/** Reads once, when it is asked: a command measures and ends. */
class OnceReader extends MetricReader {
  protected onForceFlush(): Promise<void> {
    return Promise.resolve();
  }

  protected onShutdown(): Promise<void> {
    return Promise.resolve();
  }
}

function exportersOf({ otlp, applicationInsights }: TelemetrySettings): PushMetricExporter[] {
  // The exporter would also report on itself, to Microsoft.
  process.env.APPLICATION_INSIGHTS_NO_STATSBEAT ??= "true";
  return [
    ...(otlp ? [new OTLPMetricExporter()] : []),
    ...(applicationInsights === undefined
      ? []
      : [
          new AzureMonitorMetricExporter({
            connectionString: applicationInsights,
            disableOfflineStorage: true,
          }),
        ]),
  ];
}

/** A whole number that a command has found. */
export interface Gauge {
  readonly name: string;
  readonly value: number;
  readonly labels: Readonly<Record<string, string>>;
}

/** Sends what a command has found to where telemetry goes. Rejects when it cannot be sent. */
export async function sendGauges(
  gauges: readonly Gauge[],
  environment: string,
  settings: TelemetrySettings,
): Promise<void> {
  const reader = new OnceReader();
  const resource = resourceFromAttributes({
    "service.name": "mlops-monitor",
    "deployment.environment.name": environment,
  });
  const meter = new MeterProvider({ resource, readers: [reader] }).getMeter("mlops-monitor");
  for (const { name, value, labels } of gauges)
    meter.createGauge(name, { valueType: ValueType.INT }).record(value, labels);
  const { resourceMetrics } = await reader.collect();
  for (const exporter of exportersOf(settings)) {
    const { code, error } = await new Promise<{ code: number; error?: Error }>((resolve) => {
      exporter.export(resourceMetrics, resolve);
    });
    await exporter.shutdown();
    if (code !== 0) throw error ?? new Error("the telemetry was refused");
  }
}
