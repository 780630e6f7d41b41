/** The program of the page at /docs: reads /openapi.json, lists what there is and sends requests. */
export const docsScript = `
"use strict";
const byId = (id) => document.getElementById(id);
function element(name, properties = {}, children = []) {
  const node = Object.assign(document.createElement(name), properties);
  node.append(...children);
  return node;
}
function headers(more) {
  const key = byId("key").value.trim();
  return { ...(key && { authorization: "Bearer " + key }), ...more };
}
function pretty(text) {
  try { return JSON.stringify(JSON.parse(text), null, 2); } catch { return text; }
}
function curl(method, path, type, body) {
  const parts = ["curl", "-X", method, "'" + location.origin + path + "'"];
  if (byId("key").value.trim()) parts.push("-H 'authorization: Bearer <key>'");
  if (type) parts.push("-H 'content-type: " + type + "'", "--data-binary '" + body.replaceAll("'", "'\\\\''") + "'");
  return parts.join(" ");
}
function samplesOf(operation) {
  const samples = [];
  for (const [type, { examples, example }] of Object.entries(operation.requestBody?.content ?? {})) {
    for (const { summary, value } of Object.values(examples ?? {})) {
      samples.push({ label: summary, type, text: JSON.stringify(value, null, 2) });
    }
    if (example !== undefined) samples.push({ label: "CSV", type, text: example });
  }
  return samples;
}
function parametersOf(item, operation) {
  return [...(item.parameters ?? []), ...(operation.parameters ?? [])].map((parameter) => {
    const select = element("select", { name: parameter.name });
    if (!parameter.required) select.append(element("option", { value: "", textContent: "(not given)" }));
    for (const value of parameter.schema.enum) select.append(element("option", { value, textContent: value }));
    const label = element("label", { textContent: parameter.name + " " }, [select]);
    if (parameter.description) label.title = parameter.description;
    return { place: parameter.in, select, label };
  });
}
function addressOf(path, parameters) {
  let address = path;
  const query = new URLSearchParams();
  for (const { place, select } of parameters) {
    if (place === "path") address = address.replace("{" + select.name + "}", encodeURIComponent(select.value));
    else if (select.value !== "") query.set(select.name, select.value);
  }
  return address + (query.size > 0 ? "?" + query : "");
}
function operationView(path, item, method) {
  const operation = item[method];
  const samples = samplesOf(operation);
  const parameters = parametersOf(item, operation);
  const body = element("textarea", { spellcheck: false, rows: 14, ariaLabel: "Body" });
  const choice = element("select", { ariaLabel: "Example" });
  samples.forEach(({ label }, index) => choice.append(element("option", { value: index, textContent: label })));
  const show = () => { body.value = samples[choice.value]?.text ?? ""; };
  choice.onchange = show;
  show();
  const status = element("p", { className: "status", role: "status" });
  const answer = element("pre", { hidden: true, tabIndex: 0 });
  const command = element("pre", { hidden: true, tabIndex: 0, className: "command" });
  const send = element("button", { type: "button", textContent: "Send" });
  send.onclick = async () => {
    const address = addressOf(path, parameters);
    const sample = samples[choice.value];
    send.disabled = true;
    status.textContent = "Sending ...";
    const start = performance.now();
    try {
      const init = { method: method.toUpperCase(), headers: headers(sample && { "content-type": sample.type }) };
      const response = await fetch(address, sample ? { ...init, body: body.value } : init);
      const text = await response.text();
      const took = (performance.now() - start).toFixed(1);
      status.textContent = response.status + " " + response.statusText + " in " + took + " ms, request " + response.headers.get("x-request-id");
      status.className = response.ok ? "status good" : "status bad";
      answer.textContent = pretty(text);
      answer.hidden = false;
    } catch (error) {
      status.textContent = "No answer: " + error.message;
      status.className = "status bad";
    }
    command.textContent = curl(method.toUpperCase(), address, sample?.type, body.value);
    command.hidden = false;
    send.disabled = false;
  };
  const answers = element("ul");
  for (const [code, { description }] of Object.entries(operation.responses)) {
    answers.append(element("li", {}, [element("b", { textContent: code + " " }), description]));
  }
  const controls = element("p", { className: "controls" }, [...parameters.map(({ label }) => label), ...(samples.length > 0 ? [choice] : []), send]);
  const possible = element("details", { className: "answers" }, [element("summary", { textContent: "Possible answers" }), answers]);
  const title = element("summary", {}, [
    element("span", { className: "method " + method, textContent: method.toUpperCase() }),
    element("code", { textContent: path }),
    element("span", { className: "what", textContent: operation.summary }),
  ]);
  return element("details", { className: "operation" }, [title, controls, ...(samples.length > 0 ? [body] : []), status, answer, command, possible]);
}
function render(description) {
  document.title = description.info.title + " " + description.info.version;
  byId("title").textContent = description.info.title + ":" + description.info.version;
  byId("description").textContent = description.info.description;
  const groups = new Map();
  for (const [path, item] of Object.entries(description.paths)) {
    for (const method of ["get", "post"]) {
      if (!item[method]) continue;
      const [tag] = item[method].tags;
      if (!groups.has(tag)) groups.set(tag, element("section", {}, [element("h2", { textContent: tag })]));
      groups.get(tag).append(operationView(path, item, method));
    }
  }
  byId("operations").replaceChildren(...groups.values());
  byId("operations").querySelector("details").open = true;
}
async function load() {
  const message = byId("message");
  try {
    const response = await fetch("/openapi.json", { headers: headers() });
    const body = await response.json();
    if (!response.ok) throw new Error(body.detail ?? response.statusText);
    message.textContent = "";
    render(body);
  } catch (error) {
    message.textContent = "The description cannot be read: " + error.message + " If the service wants a key, give it above.";
  }
}
byId("keys").onsubmit = (event) => { event.preventDefault(); void load(); };
void load();
`;
