// forms.js: forms made of a table of fields.
import { h } from "/assets/dom.js";
import { sayRefusal } from "./words.js";

// How a field's value becomes a control, and comes back as JSON.
const kinds = {
	text: {
		control: (field, value) => h("input", { name: field.name, value: value ?? "", required: field.required }),
		read: (control) => control.value === "" ? null : control.value,
	},
	day: {
		control: (field, value) => h("input", { name: field.name, type: "date", value: value ?? "" }),
		read: (control) => control.value === "" ? null : control.value,
	},
	long: {
		control: (field, value) => h("textarea", { name: field.name, rows: 4 }, value ?? ""),
		read: (control) => control.value === "" ? null : control.value,
	},
	number: {
		control: (field, value) => h("input", {
			name: field.name, value: value ?? "", inputmode: "decimal",
			pattern: "-?[0-9]+([.][0-9]+)?", title: "A number such as 24.50", required: field.required,
		}),
		read: (control) => control.value === "" ? null : Number(control.value),
	},
	flag: {
		control: (field, value) => h("input", { name: field.name, type: "checkbox", checked: Boolean(value) }),
		read: (control) => control.checked,
	},
	choice: {
		control: (field, value) => h("select", { name: field.name }, field.choices.map((choice) =>
			h("option", { value: choice, selected: choice === (value ?? "") }, choice || "any"))),
		read: (control) => control.value === "" ? null : control.value,
	},
	json: {
		control: (field, value) => h("textarea", { name: field.name, rows: 8, class: "code", spellcheck: "false" },
			value ? JSON.stringify(value, null, 2) : ""),
		read: (control) => control.value.trim() === "" ? null : JSON.parse(control.value),
	},
};

/** One control of a field {name, label, kind, …} with its label and room for what is wrong. */
function labelled(field, value) {
	const control = kinds[field.kind].control(field, value);
	return h("div", {}, h("label", {}, field.label, control),
		h("span", { class: "wrong", "data-field": field.name }));
}

/** The values of a form's fields. Throws SyntaxError for JSON that is none. */
export function values(form, fields) {
	return Object.fromEntries(fields.map((field) =>
		[field.name, kinds[field.kind].read(form.elements[field.name])]));
}

/** Leave out what was left empty, where nothing is not the same as null. */
export const filled = (values) => Object.fromEntries(
	Object.entries(values).filter(([, value]) => value !== null));

/** A row of filters: calls back with the set ones whenever they change. */
export function filterForm(fields, chosen, changed) {
	const form = h("form", { class: "filters", submit: (event) => {
		event.preventDefault();
		changed(Object.fromEntries(Object.entries(values(form, fields))
			.filter(([, value]) => value !== null)));
	} }, fields.map((field) => h("label", {}, field.label, kinds[field.kind].control(field, chosen[field.name]))),
	h("button", {}, "Show"));
	return form;
}

/** Tell each wrong field what is wrong with it; the rest is said aloud. */
function tell(form, error) {
	for (const place of form.querySelectorAll(".wrong"))
		place.textContent = "";
	const wrong = error.fields ?? [];
	for (const { field, message } of wrong) {
		const place = form.querySelector(`[data-field="${CSS.escape(field.split(".")[0])}"]`);
		if (place)
			place.textContent = message;
	}
	sayRefusal(error);
}

/**
 * A form whose answer goes to send(values). While that runs, it cannot be
 * sent again; a refusal marks the fields and leaves what was typed.
 */
export function fieldForm(fields, current, word, send) {
	const button = h("button", { class: "first" }, word);
	const form = h("form", { class: "fields", submit: async (event) => {
		event.preventDefault();
		button.disabled = true;
		try {
			await send(values(form, fields));
		} catch (error) {
			tell(form, error);
		} finally {
			button.disabled = false;
		}
	} }, fields.map((field) => labelled(field, current[field.name])),
	h("div", { class: "buttons" }, button));
	return form;
}

/** A question before something that cannot be taken back. */
export function confirmed(question, word) {
	return new Promise((answer) => {
		const done = (yes) => { dialog.close(); dialog.remove(); answer(yes); };
		const dialog = h("dialog", { cancel: () => done(false) }, h("p", {}, question),
			h("div", { class: "buttons" },
				h("button", { class: "first", click: () => done(true) }, word),
				h("button", { click: () => done(false) }, "Leave it")));
		document.body.append(dialog);
		dialog.showModal();
	});
}

/** A button that asks, acts, and says how it went; `after` then redraws. */
export function act(word, question, action, after) {
	const button = h("button", { click: async () => {
		if (question && !await confirmed(question, word))
			return;
		button.disabled = true;
		try {
			await action();
			await after();
		} catch (error) {
			sayRefusal(error);
			button.disabled = false;
		}
	} }, word);
	return button;
}
