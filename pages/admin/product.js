// product.js: a product and its variants, to be made and changed.
import { ask, h } from "/assets/dom.js";
import { fieldForm, filled } from "./forms.js";
import { plain, say } from "./words.js";

const productFields = [
	{ name: "name", label: "Name", kind: "text", required: true },
	{ name: "description", label: "Description", kind: "long" },
	{ name: "category", label: "Category", kind: "choice", choices: ["t-shirt", "cap", "tote-bag"] },
	{ name: "basePrice", label: "Price", kind: "number", required: true },
	{ name: "active", label: "On sale", kind: "flag" },
	{ name: "printfulProductId", label: "Printful's product", kind: "text" },
	{ name: "printifyProductId", label: "Printify's blueprint/provider", kind: "text" },
	{ name: "designConstraints", label: "Design constraints (JSON)", kind: "json" },
];

const variantFields = [
	{ name: "size", label: "Size", kind: "text" },
	{ name: "color", label: "Colour", kind: "text" },
	{ name: "colorHex", label: "Colour as #RRGGBB", kind: "text" },
	{ name: "priceAdjustment", label: "Added to the price", kind: "number" },
	{ name: "available", label: "Can be ordered", kind: "flag" },
	{ name: "printfulVariantId", label: "Printful's variant", kind: "text" },
	{ name: "printifyVariantId", label: "Printify's variant", kind: "text" },
];

function variantForm(variant, again) {
	return h("details", {},
		h("summary", {}, [variant.size, variant.color].filter(Boolean).join(", "), " ",
			h("span", { class: "faint" }, variant.available ? "" : "not available")),
		fieldForm(variantFields, variant, "Save", async (values) => {
			await ask("PUT", `/admin/variants/${variant.id}`, filled(values));
			say("Saved.");
			await again();
		}));
}

/** The view of the product with this id, or of one to be made ("new"). */
export async function productView(id) {
	if (id === "new")
		return [h("h2", {}, "New product"), fieldForm(productFields, { active: true }, "Make it", async (values) => {
			const { data } = await ask("POST", "/admin/products", filled(values));
			location.hash = `#/products/${data.id}`;
		})];

	const { data: product } = await ask("GET", `/admin/products/${encodeURIComponent(id)}`);
	const again = () => window.dispatchEvent(new Event("hashchange"));
	return [
		h("h2", {}, product.name), h("p", { class: "faint" }, plain(product.id)),
		fieldForm(productFields, product, "Save", async (values) => {
			await ask("PUT", `/admin/products/${product.id}`, filled(values));
			say("Saved.");
			await again();
		}),
		h("h3", {}, "Variants"), product.variants.map((variant) => variantForm(variant, again)),
		h("details", {}, h("summary", {}, "Another variant"),
			fieldForm(variantFields, { available: true }, "Add it", async (values) => {
				await ask("POST", `/admin/products/${product.id}/variants`, filled(values));
				say("Added.");
				await again();
			})),
	];
}
