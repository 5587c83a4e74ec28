// schema.js: JSON Schema, as far as the API's description uses it, for people.
import { h } from "/assets/dom.js";

/** Follow a {"$ref": "#/…"} within the document; anything else is itself. */
export function resolve(api, thing) {
	let found = thing;
	while (found?.$ref) {
		const { $ref, ...beside } = found;
		const target = $ref.slice(2).split("/").reduce((at, key) => at[key], api);
		found = { ...target, ...beside };
	}
	return found;
}

/** One object out of an allOf: properties and required of all its parts. */
function flatten(api, schema) {
	const whole = resolve(api, schema);
	if (!whole.allOf)
		return whole;
	return whole.allOf.map((part) => flatten(api, part)).reduce((all, part) => ({
		...all, ...part,
		properties: { ...all.properties, ...part.properties },
		required: [...(all.required ?? []), ...(part.required ?? [])],
	}), {});
}

const bounds = [
	["minLength", "length from"], ["maxLength", "length to"],
	["minimum", "from"], ["maximum", "to"],
	["minItems", "items from"], ["maxItems", "items to"],
];

/** "string, at least 3 characters", "number or null", "Order" … */
function inWords(api, schema) {
	const choices = schema.anyOf ?? schema.oneOf;
	if (choices)
		return choices.map((choice) => inWords(api, choice)).join(" or ");
	if (schema.$ref)
		return schema.$ref.split("/").pop();
	if (schema.const !== undefined)
		return JSON.stringify(schema.const);
	if (schema.enum)
		return schema.enum.map((value) => JSON.stringify(value)).join(" | ");
	const type = [schema.type ?? "anything"].flat().join(" or ");
	const words = [schema.items ? `list of ${inWords(api, schema.items)}` : type];
	if (schema.format)
		words.push(schema.format);
	for (const [key, before] of bounds)
		if (schema[key] !== undefined)
			words.push(`${before} ${schema[key]}`);
	if (schema.pattern)
		words.push(`like ${schema.pattern}`);
	return words.join(", ");
}

/** The object that a field leads to, if there is one: of a list, its items. */
function inner(api, schema) {
	const one = (schema.anyOf ?? schema.oneOf ?? [schema])
		.map((choice) => flatten(api, choice))
		.find((choice) => choice.type !== "null") ?? {};
	return one.items ? inner(api, one.items) : one;
}

function fieldRow(api, name, schema, required, above) {
	const whole = flatten(api, schema);
	const below = inner(api, schema);
	const words = inWords(api, schema);
	const type = below.properties && !above.includes(below.properties)
		? h("details", { class: "type" }, h("summary", {}, words), fields(api, below, above))
		: words;
	return h("tr", {},
		h("td", { class: "code" }, name, required ? null : h("span", { class: "faint" }, "?")),
		h("td", {}, type),
		h("td", {}, schema.description ?? whole.description ?? ""));
}

/** A table of an object's fields. What contains itself is not opened again. */
export function fields(api, schema, above = []) {
	const whole = flatten(api, inner(api, schema));
	const names = Object.entries(whole.properties ?? {});
	if (!names.length)
		return h("p", { class: "faint" }, inWords(api, schema));
	return h("table", {}, h("tbody", {}, names.map(([name, field]) => fieldRow(
		api, name, field, (whole.required ?? []).includes(name),
		[...above, whole.properties]))));
}

/** Something that fits: the first of an enum, zeros, and what is required. */
export function example(api, schema, depth = 0) {
	const whole = flatten(api, schema);
	const choices = whole.anyOf ?? whole.oneOf;
	if (choices)
		return example(api, choices[0], depth);
	if (whole.enum)
		return whole.enum[0];
	const type = [whole.type].flat()[0];
	if (type === "object" && depth < 4)
		return Object.fromEntries(Object.entries(whole.properties ?? {})
			.filter(([name]) => depth === 0 || (whole.required ?? []).includes(name))
			.map(([name, field]) => [name, example(api, field, depth + 1)]));
	const plain = { array: [], object: {}, boolean: true, null: null };
	if (type in plain)
		return plain[type];
	if (type === "integer" || type === "number")
		return whole.minimum ?? 1;
	const formats = { uuid: "01234567-89ab-4cde-8f01-23456789abcd", email: "ada@example.com" };
	return formats[whole.format] ?? "…";
}
