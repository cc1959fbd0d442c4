// Shows openapi.json: operations by tag, what they take and answer. No library, nothing fetched from elsewhere.
"use strict";
const make = (name, attributes = {}, ...children) => {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  node.append(...children);
  return node;
};
const nameOf = (schema) => {
  if (!schema) return "";
  if (schema.$ref) return schema.$ref.split("/").pop();
  if (schema.type === "array") return `${nameOf(schema.items)}[]`;
  const several = schema.oneOf || schema.anyOf || schema.allOf;
  if (several) return several.map(nameOf).join(" | ");
  return [].concat(schema.type ?? "any").join(" | ");
};
const rows = (heads, lines) =>
  make("table", {}, make("tr", {}, ...heads.map((head) => make("th", {}, head))),
    ...lines.map((line) => make("tr", {}, ...line.map((cell) => make("td", {}, cell)))));
const link = (schema) => {
  const name = nameOf(schema);
  const plain = name.replace(/\[\]$/, "");
  return schema?.$ref || schema?.items?.$ref ? make("a", { href: `#schema-${plain}` }, name) : make("code", {}, name);
};
const operation = (verb, path, of) => {
  const box = make("details", {},
    make("summary", {}, make("span", { class: "verb" }, verb.toUpperCase()), make("code", {}, path), ` ${of.summary ?? ""}`));
  if (of.description) box.append(make("p", {}, of.description));
  if (of.parameters?.length) {
    box.append(rows(["parameter", "in", "type", ""],
      of.parameters.map((p) => [make("code", {}, p.name + (p.required ? " *" : "")), p.in, nameOf(p.schema), p.description ?? ""])));
  }
  const bodies = Object.entries(of.requestBody?.content ?? {});
  if (bodies.length) box.append(rows(["body", "type"], bodies.map(([kind, body]) => [kind, link(body.schema)])));
  box.append(rows(["answer", "type", ""], Object.entries(of.responses ?? {}).map(([status, answer]) => [
    status, link(Object.values(answer.content ?? {})[0]?.schema), answer.description ?? ""])));
  return box;
};
const show = (api) => {
  const page = document.getElementById("page");
  const filter = make("input", { type: "search", placeholder: "filter", "aria-label": "filter" });
  page.replaceChildren(make("h1", {}, `${api.info.title} ${api.info.version}`),
    make("p", { style: "white-space: pre-line" }, api.info.description ?? ""), filter);
  for (const tag of api.tags ?? []) {
    page.append(make("h2", {}, tag.name), make("p", {}, tag.description ?? ""));
    for (const [path, verbs] of Object.entries(api.paths)) {
      for (const [verb, of] of Object.entries(verbs)) {
        if (of.tags?.includes(tag.name)) page.append(operation(verb, path, of));
      }
    }
  }
  page.append(make("h2", {}, "schemas"));
  for (const [name, schema] of Object.entries(api.components?.schemas ?? {})) {
    page.append(make("details", { id: `schema-${name}` }, make("summary", {}, make("code", {}, name)),
      make("p", {}, schema.description ?? ""), make("pre", {}, JSON.stringify(schema, null, 2))));
  }
  filter.addEventListener("input", () => {
    const wanted = filter.value.toLowerCase();
    for (const box of page.querySelectorAll("details")) box.hidden = !box.textContent.toLowerCase().includes(wanted);
  });
  page.addEventListener("click", (event) => {
    const target = document.querySelector(event.target.getAttribute?.("href")?.startsWith("#") ? event.target.getAttribute("href") : null);
    if (target) target.open = true;
  });
};
fetch("/api/v1/openapi.json").then((answer) => answer.json()).then(show)
  .catch((error) => document.getElementById("page").replaceChildren(`openapi.json cannot be read: ${error}`));
