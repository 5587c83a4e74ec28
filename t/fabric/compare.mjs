// compare.mjs: draws every canvas by Fabric in a browser and by tshop-render,
// and holds the pictures against each other. Speaks TAP.
//
//	node compare.mjs MODULES BUILD CHROMIUM SOURCE OUT
//
// MODULES has node_modules, BUILD our programs; OUT takes the pictures.

import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { canvases } from './canvases.mjs';

const [modules, build, chromium, source, out] = process.argv.slice(2);
const { chromium: browserType } = createRequire(join(modules, 'package.json'))('playwright-core');

const MOST = 0.02;      // mean difference of a channel, of the whole sheet
const MOST_INK = 0.08;  // and of the pixels alone that either has painted

let count = 0, failed = 0;
function ok(good, words) {
	count++;
	if (!good) failed++;
	console.log(`${good ? 'ok' : 'not ok'} ${count} - ${words}`);
	return good;
}

// ---- Fabric's side ----

const scripts = {
	5: 'node_modules/fabric5/dist/fabric.min.js',
	6: 'node_modules/fabric6/dist/index.min.js',
	7: 'node_modules/fabric/dist/index.min.js',
};
const major = (document) => Number(document.version[0]);

// In the page: load a document, draw it, and serialise it again.
async function inPage({ document: sheet, five }) {
	const { width, height } = sheet;
	const canvas = new fabric.StaticCanvas(null, { width, height, enableRetinaScaling: false, renderOnAddRemove: false });
	if (five) await new Promise((done) => canvas.loadFromJSON(sheet, done));
	else await canvas.loadFromJSON(sheet);
	canvas.renderAll();
	return {
		picture: canvas.toDataURL({ format: 'png', multiplier: 1 }),
		document: { ...canvas.toObject(), width, height },
		drawn: canvas.getObjects().length,
	};
}

// In the page: pictures with all colours in them.
function samples() {
	const canvas = document.createElement('canvas');
	canvas.width = 64;
	canvas.height = 48;
	const c = canvas.getContext('2d');
	for (let y = 0; y < 6; y++)
		for (let x = 0; x < 8; x++) {
			c.fillStyle = `hsl(${(x + 8 * y) * 7.5} 80% ${30 + 8 * y}%)`;
			c.fillRect(8 * x, 8 * y, 8, 8);
		}
	return Object.fromEntries(['png', 'jpeg', 'webp'].map((kind) => [kind, canvas.toDataURL(`image/${kind}`, 0.95)]));
}

// In the page: the mean difference of two pictures, colours weighed by alpha.
async function difference([one, two]) {
	const pixels = async (url) => {
		const image = new Image();
		image.src = url;
		await image.decode();
		const canvas = document.createElement('canvas');
		canvas.width = image.width;
		canvas.height = image.height;
		const c = canvas.getContext('2d', { willReadFrequently: true });
		c.drawImage(image, 0, 0);
		return c.getImageData(0, 0, image.width, image.height);
	};
	const a = await pixels(one), b = await pixels(two);
	if (a.width !== b.width || a.height !== b.height) return { all: 1, ink: 1 };
	let sum = 0, ink = 0;
	for (let i = 0; i < a.data.length; i += 4) {
		const p = a.data[i + 3], q = b.data[i + 3];
		if (p || q) ink++;
		sum += Math.abs(p - q);
		for (let k = 0; k < 3; k++) sum += Math.abs(a.data[i + k] * p - b.data[i + k] * q) / 255;
	}
	const whole = sum / 4 / 255;
	return { all: whole / (a.width * a.height), ink: ink ? whole / ink : 1 };
}

function withPictures(thing, pictures) {
	if (Array.isArray(thing)) return thing.map((t) => withPictures(t, pictures));
	if (thing === null || typeof thing !== 'object') return thing;
	const copy = Object.fromEntries(Object.entries(thing).map(([k, v]) => [k, withPictures(v, pictures)]));
	if (copy.picture) {
		copy.src = pictures[copy.picture];
		delete copy.picture;
	}
	return copy;
}

// ---- our side ----

// One picture of the document by tshop-render, as a data URI; or what it says.
function drawn(document, category) {
	const bytes = Buffer.from(JSON.stringify(document));
	const line = JSON.stringify({ category, bytes: bytes.length, frames: [
		{ kind: 'print', width: document.width, height: document.height, background: true }] });
	const { stdout } = spawnSync(join(build, 'tshop-render'), [],
		{ input: Buffer.concat([Buffer.from(line + '\n'), bytes]), maxBuffer: 1 << 28, env: { LC_ALL: 'C.UTF-8' } });
	const end = stdout.indexOf('\n');
	const [kind, , , size] = stdout.subarray(0, end).toString().split(' ');
	const body = stdout.subarray(end + 1, end + 1 + Number(size));
	if (kind !== 'print') return { words: `${kind} ${body}` };
	return { picture: 'data:image/png;base64,' + body.toString('base64') };
}

// The document as we store it.
function stored(document, category) {
	const { stdout, stderr, status } = spawnSync(join(build, 't/fabric/reformat'), [category],
		{ input: JSON.stringify(document), maxBuffer: 1 << 28 });
	return status === 0 ? { text: stdout.toString() } : { words: stderr.toString().trim() };
}

// ---- the test ----

const profile = mkdtempSync(join(tmpdir(), 'tshop-fabric-'));
const browser = await browserType.launchPersistentContext(profile, {
	executablePath: chromium, headless: true, viewport: { width: 800, height: 900 },
	args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
		'--disable-component-update', '--disable-sync', '--font-render-hinting=none', '--force-device-scale-factor=1'],
});
const pages = {};
for (const version of [5, 6, 7]) {
	pages[version] = await browser.newPage();
	await pages[version].addScriptTag({ path: join(modules, scripts[version]) });
}
const pictures = await pages[7].evaluate(samples);
for (const [file, category] of [['shirt', 't-shirt'], ['cap', 'cap'], ['tote', 'tote-bag']]) {
	const document = JSON.parse(readFileSync(join(source, `t/unit/canvas_docs/${file}.json`)));
	const [width, height] = { shirt: [1800, 2400], cap: [1200, 525], tote: [1500, 1800] }[file];
	canvases.push({ name: `the ${file} of the unit tests`, category, document: { width, height, ...document } });
}

const percent = (d) => `${(100 * d.all).toFixed(3)} % of the sheet, ${(100 * d.ink).toFixed(2)} % of the ink`;
const close = (d) => d.all < MOST && d.ink < MOST_INK;
let worst = 0;

mkdirSync(out, { recursive: true });
const keep = (name, kind, url) =>
	writeFileSync(join(out, `${name.replace(/\W+/g, '-')}.${kind}.png`), Buffer.from(url.split(',')[1], 'base64'));

// Fabric draws it, we draw what Fabric wrote; then what we store of it.
for (const { name, category, document: raw } of canvases) {
	const document = withPictures(raw, pictures), version = major(document);
	const theirs = await pages[version].evaluate(inPage, { document, five: version === 5 });
	if (!ok(theirs.drawn === document.objects.length, `${name}: Fabric ${version} draws it`)) continue;
	const ours = drawn(theirs.document, category);
	if (!ok(ours.picture, `${name}: so do we ${ours.words ?? ''}`)) continue;
	const far = await pages[7].evaluate(difference, [theirs.picture, ours.picture]);
	worst = Math.max(worst, far.all);
	ok(close(far), `${name}: alike, ${percent(far)}`);
	keep(name, 'theirs', theirs.picture);
	keep(name, 'ours', ours.picture);

	const first = stored(theirs.document, category);
	if (!ok(first.text, `${name}: it is stored ${first.words ?? ''}`)) continue;
	const again = await pages[7].evaluate(inPage, { document: { ...JSON.parse(first.text), width: document.width, height: document.height }, five: false });
	const moved = await pages[7].evaluate(difference, [theirs.picture, again.picture]);
	ok(close(moved), `${name}: what is stored looks the same in Fabric 7, ${percent(moved)}`);
	// Fabric 5 measures texts to two decimals: its first pass through 7 may
	// move a box by as much, and after that nothing moves.
	const second = stored(again.document, category);
	if (version === 5) {
		const third = stored((await pages[7].evaluate(inPage, { document: JSON.parse(second.text), five: false })).document, category);
		ok(third.text === second.text, `${name}: and after Fabric 7 has had it, is stored to the letter as before`);
	} else {
		ok(second.text === first.text, `${name}: and is stored to the letter as before`);
	}
}
ok(canvases.length >= 20, `${canvases.length} canvases were compared; the worst differs by ${(100 * worst).toFixed(3)} %`);

await browser.close();
rmSync(profile, { recursive: true, force: true });
console.log(`1..${count}`);
process.exit(failed ? 1 : 0);
