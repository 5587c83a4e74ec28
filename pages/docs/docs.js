// docs.js: the API's reference, drawn from the description that it serves.
import { h } from "/assets/dom.js";
import { example, fields, resolve } from "./schema.js";

const methods = ["get", "post", "put", "delete"];

/** Who may call, from an operation's "security". */
function access(security) {
	const names = security.flatMap((way) => Object.keys(way));
	if (names.includes("admin"))
		return "admin";
	if (!names.includes("bearer"))
		return "public";
	return security.some((way) => !Object.keys(way).length) ? "public, knows you" : "signed in";
}

/** Texts hold blank lines between paragraphs, and `code`. */
function prose(text = "") {
	return text.split("\n\n").map((paragraph) => h("p", {},
		paragraph.split("`").map((part, i) => i % 2 ? h("code", {}, part) : part)));
}

function parameters(api, operation) {
	const list = (operation.parameters ?? []).map((one) => resolve(api, one));
	if (!list.length)
		return null;
	const schema = {
		type: "object",
		required: list.filter((one) => one.required).map((one) => one.name),
		properties: Object.fromEntries(list.map((one) => [one.name, {
			...one.schema, description: [one.in, one.description].filter(Boolean).join(": "),
		}])),
	};
	return [h("h4", {}, "Parameters"), h("div", { class: "scroll" }, fields(api, schema))];
}

/** The schema of a body or an answer, if it is JSON. */
function jsonOf(thing) {
	return thing?.content?.["application/json"]?.schema;
}

function answers(api, operation) {
	const rows = Object.entries(operation.responses).map(([status, one]) => {
		const answer = resolve(api, one);
		const schema = jsonOf(answer);
		const shown = schema && status.startsWith("2");
		return [h("dt", {}, status === "default" ? "else" : status),
			h("dd", {}, prose(answer.description), shown ? fields(api, schema) : null)];
	});
	return [h("h4", {}, "Answers"), h("dl", { class: "answers" }, rows)];
}

/** The call as somebody would type it. */
function curl(api, method, path, operation) {
	const lines = [`curl -X ${method.toUpperCase()} ${location.origin}${base(api, path)}`];
	const who = access(operation.security ?? []);
	const body = jsonOf(operation.requestBody && resolve(api, operation.requestBody));
	if (who === "admin")
		lines.push("-u \"$ADMIN_USER:$ADMIN_PASSWORD\"");
	if (who === "signed in")
		lines.push("-H \"Authorization: Bearer $TOKEN\"");
	if (body)
		lines.push("-H 'Content-Type: application/json'",
			`-d '${JSON.stringify(example(api, body))}'`);
	return h("pre", {}, lines.join(" \\\n  "));
}

/** Paths of operations stand at the root, all others below the server's. */
function base(api, path) {
	const own = api.paths[path].servers?.[0]?.url ?? api.servers[0].url;
	return new URL(own, location.origin).pathname.replace(/\/$/, "") + path;
}

function operationArticle(api, { path, method, operation }) {
	const body = jsonOf(operation.requestBody && resolve(api, operation.requestBody));
	return h("article", { class: "operation", id: operation.operationId },
		h("h3", {}, h("span", { class: "method" }, method.toUpperCase()),
			h("span", { class: "path code" }, base(api, path)), " ",
			h("span", { class: "mark faint" }, access(operation.security ?? []))),
		h("p", {}, operation.summary), prose(operation.description),
		parameters(api, operation),
		body ? [h("h4", {}, "Body"), h("div", { class: "scroll" }, fields(api, body))] : null,
		answers(api, operation),
		curl(api, method, path, operation));
}

function operationsOf(api, tag) {
	return Object.entries(api.paths).flatMap(([path, ways]) => methods
		.filter((method) => ways[method]?.tags.includes(tag))
		.map((method) => ({ path, method, operation: ways[method] })));
}

function contentsOf(api, tag) {
	return h("section", {}, h("h2", {}, tag.name), h("ul", {},
		operationsOf(api, tag.name).map(({ path, method, operation }) =>
			h("li", { "data-words": `${method} ${path} ${operation.summary}`.toLowerCase() },
				h("a", { href: `#${operation.operationId}`, title: operation.summary },
					h("span", { class: "method" }, method.toUpperCase()), path)))));
}

/** Hide the operations that do not hold every word of the filter. */
function narrow(contents, text) {
	const words = text.toLowerCase().split(/\s+/);
	for (const item of contents.querySelectorAll("li"))
		item.hidden = !words.every((word) => item.dataset.words.includes(word));
	for (const section of contents.querySelectorAll("section"))
		section.hidden = !section.querySelector("li:not([hidden])");
}

function draw(api) {
	const contents = document.querySelector("#contents");
	contents.append(...api.tags.map((tag) => contentsOf(api, tag)));
	document.querySelector("#reference").replaceChildren(
		h("h1", {}, api.info.title), ...prose(api.info.description),
		...api.tags.map((tag) => h("section", { class: "tag" },
			h("h2", {}, tag.name), prose(tag.description),
			operationsOf(api, tag.name).map((one) => operationArticle(api, one)))));
	document.querySelector("#filter").addEventListener("input",
		(event) => narrow(contents, event.target.value));
	if (location.hash)
		document.getElementById(location.hash.slice(1))?.scrollIntoView();
}

try {
	const answer = await fetch("/api/v1/openapi.json");
	if (!answer.ok)
		throw new Error(`The shop answers ${answer.status}.`);
	draw(await answer.json());
} catch (error) {
	document.querySelector("#state").textContent =
		`The description cannot be read: ${error.message}`;
}
