/**
 * The only script of the pages: what is marked with data-live is fetched again every two seconds while somebody looks, and put in its
 * place when it has changed. Pages work without it.
 */
export const liveScript = `
"use strict";
for (const part of document.querySelectorAll("[data-live]")) {
  const refresh = async () => {
    if (document.hidden) return;
    try {
      const answer = await fetch(part.dataset.live, { headers: { accept: "text/html" } });
      if (answer.status === 401) { clearInterval(timer); location.reload(); return; }
      const text = await answer.text();
      if (!answer.ok || text === part.dataset.shown) return;
      if (part.dataset.shown !== undefined) part.innerHTML = text;
      part.dataset.shown = text;
    } catch {
      // The dashboard was stopped, or is restarting: what is shown stays until it answers again.
    }
  };
  const timer = setInterval(refresh, 2000);
}
`;
