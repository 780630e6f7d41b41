import { AzureMonitorMetricExporter } from "@azure/monitor-opentelemetry-exporter";
import { ValueType } from "@opentelemetry/api";
import { OTLPMetricExporter } from "@opentelemetry/exporter-metrics-otlp-http";
import { resourceFromAttributes } from "@opentelemetry/resources";
import { MeterProvider, MetricReader, type PushMetricExporter } from "@opentelemetry/sdk-metrics";
import type { TelemetrySettings } from "../../scoring/telemetry/telemetry-settings";
import type { MonitorResult } from "./monitor";

/** Reads once, when it is asked: a command measures drift and ends. */
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

/**
 * Sends how many columns of a version have drifted, and its rows, to where telemetry goes: the alert on drift reads
 * `mlops.drift.columns`. Rejects when it cannot be sent.
 */
export async function sendDrift(
  { version, drift }: MonitorResult,
  environment: string,
  settings: TelemetrySettings,
): Promise<void> {
  const reader = new OnceReader();
  const resource = resourceFromAttributes({
    "service.name": "mlops-monitor",
    "deployment.environment.name": environment,
  });
  const meter = new MeterProvider({ resource, readers: [reader] }).getMeter("mlops-monitor");
  const labels = { "mlops.model": version };
  const gauge = (name: string, value: number): void =>
    meter.createGauge(name, { valueType: ValueType.INT }).record(value, labels);
  gauge("mlops.drift.columns", drift.columns.filter(({ drifted }) => drifted).length);
  gauge("mlops.drift.rows", drift.rows);
  const { resourceMetrics } = await reader.collect();
  for (const exporter of exportersOf(settings)) {
    const { code, error } = await new Promise<{ code: number; error?: Error }>((resolve) => {
      exporter.export(resourceMetrics, resolve);
    });
    await exporter.shutdown();
    if (code !== 0) throw error ?? new Error("the telemetry was refused");
  }
}
