/**
 * The only script of the pages: what is marked with data-live is fetched again every two seconds while somebody looks, and put in its
 * place when it has changed. Pages work without it. A sign-in that has ended answers with a way to the sign-in, or with 401: then the page
 * is loaded again, which goes there. What has not been had three times in a row is marked as not current.
 */
export const liveScript = `
"use strict";
for (const part of document.querySelectorAll("[data-live]")) {
  let failures = 0;
  let asking = false;
  let answered = new Date();
  const note = document.createElement("p");
  note.className = "notice warn";
  note.setAttribute("role", "status");
  note.hidden = true;
  part.before(note);
  const show = (isCurrent) => {
    part.classList.toggle("stale", !isCurrent);
    note.hidden = isCurrent;
    const time = answered.toISOString().slice(0, 19).replace("T", " ");
    note.textContent = isCurrent ? "" : "Not current: the dashboard does not answer. These are the figures of " + time + " UTC.";
  };
  const ask = async () => {
    const signal = AbortSignal.timeout(10000);
    const answer = await fetch(part.dataset.live, { headers: { accept: "text/html" }, redirect: "manual", signal });
    if (answer.type === "opaqueredirect" || answer.status === 401) {
      clearInterval(timer);
      location.reload();
      return;
    }
    if (!answer.ok) throw new Error("answered " + answer.status);
    const text = await answer.text();
    failures = 0;
    answered = new Date();
    show(true);
    if (text === part.dataset.shown) return;
    if (part.dataset.shown !== undefined) part.innerHTML = text;
    part.dataset.shown = text;
  };
  const refresh = async () => {
    if (document.hidden || asking) return;
    asking = true;
    try {
      await ask();
    } catch {
      // The dashboard was stopped, or is restarting: what is shown stays, and is said to be old.
      failures += 1;
      if (failures >= 3) show(false);
    } finally {
      asking = false;
    }
  };
  const timer = setInterval(refresh, 2000);
}
`;
