import { dayMs, hourMs } from "../../../platform/base/durations";
import { savedQueries, type SavedQuery } from "./queries";

/** Name of the workbook's time range parameter, which all queries use. */
const timeRange = "TimeRange";

function timeParameter(): object {
  return {
    type: 9,
    content: {
      version: "KqlParameterItem/1.0",
      style: "pills",
      parameters: [
        {
          id: "1b2f0f6e-7c3a-4b1c-9a55-4f0a5b1f9c11",
          version: "KqlParameterItem/1.0",
          name: timeRange,
          type: 4,
          isRequired: true,
          value: { durationMs: dayMs },
          typeSettings: {
            selectableValues: [hourMs, dayMs, 7 * dayMs, 30 * dayMs].map((durationMs) => ({
              durationMs,
            })),
          },
        },
      ],
    },
    name: "time range",
  };
}

function chart({ key, title, query, visualization }: SavedQuery, logAnalyticsId: string): object {
  return {
    type: 3,
    content: {
      version: "KqlItem/1.0",
      query,
      size: 0,
      title,
      timeContextFromParameter: timeRange,
      queryType: 0,
      resourceType: "microsoft.operationalinsights/workspaces",
      crossComponentResources: [logAnalyticsId],
      visualization,
    },
    customWidth: "50",
    name: key,
  };
}

/** An environment's workbook as serialized JSON: each saved query as a chart or table, over one time range. */
export function workbookData(logAnalyticsId: string, title: string): string {
  return JSON.stringify({
    version: "Notebook/1.0",
    items: [
      { type: 1, content: { json: `# ${title}` }, name: "title" },
      timeParameter(),
      ...savedQueries.map((query) => chart(query, logAnalyticsId)),
    ],
    fallbackResourceIds: [logAnalyticsId],
    $schema: "https://github.com/Microsoft/Application-Insights-Workbooks/blob/master/schema/workbook.json",
  });
}
