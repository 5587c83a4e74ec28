// dom.js: making elements, and asking the API. Shared by all pages.

/**
 * An element. Attributes whose value is null or false are left out, functions
 * are listeners ("click"), children are nodes, text or lists of these. Text
 * stays text: nothing here ever reads HTML.
 */
export function h(name, attributes = {}, ...children) {
	const element = document.createElement(name);
	for (const [key, value] of Object.entries(attributes)) {
		if (value === null || value === undefined || value === false)
			continue;
		if (typeof value === "function")
			element.addEventListener(key, value);
		else
			element.setAttribute(key, value === true ? "" : value);
	}
	element.append(...children.flat(Infinity).filter((c) => c !== null && c !== undefined));
	return element;
}

/** What the API said when it refused. */
export class Refusal extends Error {
	constructor(status, error, request) {
		super(error.message);
		this.status = status;
		this.code = error.code;
		this.details = error.details;
		this.request = request;
	}

	/** The wrong fields as [{field, message}], none for other refusals. */
	get fields() {
		return this.code === "VALIDATION_ERROR" ? this.details : [];
	}
}

/**
 * Ask the API below /api/v1 of this origin; gives the answer's envelope.
 * Whatever is not a success is thrown as a Refusal.
 */
export async function ask(method, path, body, headers = {}) {
	// Not relative: the page's own address may hold credentials, which fetch() refuses.
	const answer = await fetch(`${location.origin}/api/v1${path}`, {
		method,
		headers: body === undefined ? headers : { "Content-Type": "application/json", ...headers },
		body: body === undefined ? undefined : JSON.stringify(body),
		cache: "no-store",
	});
	const envelope = await answer.json();
	if (!answer.ok)
		throw new Refusal(answer.status, envelope.error, answer.headers.get("X-Request-Id"));
	return envelope;
}

/**
 * An ask() for one thing to be done once, however often it is asked: the
 * tries share an Idempotency-Key. A refusal that is remembered under the key
 * did nothing, and ends it; a lost answer does not.
 */
export function askOnce() {
	let key = crypto.randomUUID();
	return async (method, path, body) => {
		try {
			return await ask(method, path, body, { "Idempotency-Key": key });
		} catch (error) {
			if (error.status === 409 && error.code !== "IDEMPOTENCY_IN_PROGRESS")
				key = crypto.randomUUID();
			throw error;
		}
	};
}
