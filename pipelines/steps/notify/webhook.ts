import { PlatformError } from "../../../platform/base/errors";
import { HttpClient } from "../../../platform/http/http-client";
import type { Failure } from "../../../platform/http/remote-error";
import type { RetryTiming } from "../../../platform/http/retries";
import { formats, webhookBody, type ApprovalRequest, type Format } from "./approval-message";
import type { Env } from "../comments/comments";
import { maskText } from "../base/mask";

/** The webhook that notifies approvers. Its URL is a secret: anybody who has it can post. */
export interface Webhook {
  readonly url: string;
  readonly format: Format;
}

function refuse(what: string): PlatformError {
  return new PlatformError("SETTINGS_INVALID", `${what} Correct the variable of this step.`);
}

/** The webhook of NOTIFY_WEBHOOK; undefined if it has none. */
export function findWebhook(env: Env): Webhook | undefined {
  const { NOTIFY_WEBHOOK: url, NOTIFY_FORMAT: format } = env;
  // A key vault cannot hold an empty secret, so `npm run bootstrap` writes "none" if there is no webhook.
  if (!url || url === "none") return undefined;
  // Never shown in a message, because it is the secret.
  if (!URL.canParse(url))
    throw refuse("NOTIFY_WEBHOOK is not a URL. Expected the URL of a webhook, https://...");
  const known = formats.find((each) => each === format);
  if (format && known === undefined) {
    throw refuse(`NOTIFY_FORMAT is "${format}". Expected ${formats.join(" or ")}.`);
  }
  return { url, format: known ?? (new URL(url).hostname === "hooks.slack.com" ? "slack" : "teams") };
}

function remedy({ status }: Failure): string | undefined {
  if (status === 401 || status === 403) {
    return "The webhook does not accept the signature, or posting is forbidden. Copy its URL to the secret NOTIFY_WEBHOOK again.";
  }
  if (status === 404 || status === 410) {
    return "The workflow or its channel no longer exists. Create a new one, and store its URL in the secret NOTIFY_WEBHOOK.";
  }
  if (status === 400)
    return "The webhook expects another message format. Set NOTIFY_FORMAT to teams or slack.";
  return undefined;
}

/** Notifies the approvers. A duplicate message is better than none, so it is sent again if the response is lost. */
export async function postToWebhook(
  { url, format }: Webhook,
  request: ApprovalRequest,
  timing?: Partial<RetryTiming>,
): Promise<void> {
  const { search, pathname } = new URL(url);
  const secrets = [url, search, pathname].filter((each) => each.length > 1);
  const client = new HttpClient({
    name: format === "slack" ? "Slack" : "Teams",
    code: "REMOTE_FAILED",
    remedy,
    timing,
    mask: (said) => maskText(said, secrets),
  });
  await client.tell({
    what: "The message to the approvers",
    method: "POST",
    url,
    body: webhookBody(request, format),
    idempotent: true,
  });
}
