// canvases.mjs: what Fabric and we are both asked to draw.
//
// A document is as an editor stores it. `version` says which Fabric draws
// it; without one it is the newest. `picture` stands for a data URI that the
// page makes: "png", "jpeg" or "webp", 64 by 48 pixels, all colours in it.

const at = (left, top, more) => ({ originX: 'center', originY: 'center', left, top, ...more });
const bare = { stroke: null, strokeWidth: 0 };
const linear = (coords, colors, units = 'pixels') => ({
	type: 'linear', coords, gradientUnits: units, offsetX: 0, offsetY: 0,
	colorStops: colors.map((color, i) => ({ offset: i / (colors.length - 1), color })),
});
const radial = (coords, colors, units = 'pixels') => ({ ...linear(coords, colors, units), type: 'radial' });
const page = (name, objects, more = {}) => ({
	name, category: 't-shirt',
	document: { version: '7.4.0', width: 600, height: 800, objects, ...more },
});
const text = (left, top, words, more) => at(left, top, {
	type: 'Text', text: words, fontFamily: 'DejaVu Sans', fontSize: 60, fill: '#1f3b4d', ...more,
});
const star = (n, outer, inner) => Array.from({ length: 2 * n }, (_, i) => {
	const r = i % 2 ? inner : outer, a = Math.PI * i / n;
	return { x: 200 + r * Math.sin(a), y: 200 - r * Math.cos(a) };
});

export const canvases = [
	page('squares, plain and round', [
		at(200, 200, { type: 'Rect', width: 300, height: 200, fill: '#ff5e62', ...bare }),
		at(350, 450, { type: 'Rect', width: 300, height: 240, rx: 60, ry: 30, fill: '#ffb347', stroke: '#0b1f2a', strokeWidth: 14 }),
	]),
	page('circle, ellipse, triangle', [
		at(300, 200, { type: 'Circle', radius: 150, fill: '#3366cc', ...bare }),
		at(300, 420, { type: 'Ellipse', rx: 220, ry: 90, fill: '#ffcc00', stroke: '#333366', strokeWidth: 10 }),
		at(300, 650, { type: 'Triangle', width: 260, height: 180, fill: '#cc3333', stroke: '#000000', strokeWidth: 6 }),
	]),
	page('lines and dashes', [
		at(300, 120, { type: 'Line', x1: -200, y1: 0, x2: 200, y2: 0, stroke: '#ff5e62', strokeWidth: 24, strokeLineCap: 'round' }),
		at(300, 300, { type: 'Line', x1: -200, y1: -80, x2: 200, y2: 80, stroke: '#3366cc', strokeWidth: 16, strokeDashArray: [40, 20] }),
		at(300, 520, { type: 'Line', x1: -200, y1: 80, x2: 200, y2: -80, stroke: '#116611', strokeWidth: 16, strokeDashArray: [4, 30], strokeLineCap: 'round' }),
		at(300, 700, { type: 'Rect', width: 400, height: 100, fill: '', stroke: '#000000', strokeWidth: 12, strokeDashArray: [60, 18, 12, 18], strokeDashOffset: 25 }),
	]),
	page('polygon and polyline', [
		at(300, 250, { type: 'Polygon', points: star(5, 200, 80), fill: '#ffcc00', stroke: '#cc3333', strokeWidth: 12, strokeLineJoin: 'round' }),
		at(300, 600, { type: 'Polyline', points: [[0, 0], [90, 120], [180, 10], [270, 140], [360, 0]].map(([x, y]) => ({ x, y })), fill: '', stroke: '#3f6212', strokeWidth: 18, strokeLineCap: 'round', strokeLineJoin: 'bevel' }),
	]),
	page('path with curves', [
		at(300, 260, { type: 'Path', path: [['M', 10, 10], ['C', 200, -50, -100, 200, 150, 160], ['Q', 200, 100, 90, 30], ['Z']], scaleX: 2, scaleY: 2, fill: '#1f3b4d', stroke: '#ff5e62', strokeWidth: 4 }),
		at(300, 600, { type: 'Path', path: [['M', 0, 100], ['Q', 100, -100, 200, 100], ['Q', 300, 300, 400, 100], ['L', 400, 200], ['L', 0, 200], ['Z']], fill: '#3366cc', ...bare }),
	]),
	page('a hole, by the even-odd rule', [
		at(300, 400, { type: 'Path', path: [['M', 0, 0], ['L', 400, 0], ['L', 400, 400], ['L', 0, 400], ['Z'], ['M', 100, 100], ['L', 300, 100], ['L', 300, 300], ['L', 100, 300], ['Z']], fillRule: 'evenodd', fill: '#663399', ...bare }),
	]),
	page('linear gradients', [
		at(300, 200, { type: 'Rect', width: 400, height: 240, fill: linear({ x1: 0, y1: 0, x2: 400, y2: 240 }, ['#ffb347', '#ff5e62', '#333366']), ...bare }),
		at(300, 560, { type: 'Circle', radius: 180, fill: linear({ x1: 0, y1: 0, x2: 0, y2: 1 }, ['#00ccff', 'rgba(0,0,102,0.3)'], 'percentage'), ...bare }),
	]),
	page('radial gradients', [
		at(300, 220, { type: 'Circle', radius: 180, fill: radial({ x1: 180, y1: 180, x2: 180, y2: 180, r1: 0, r2: 180 }, ['#ffffff', '#ff9900', '#990000']), ...bare }),
		at(300, 590, { type: 'Ellipse', rx: 240, ry: 120, fill: radial({ x1: 0.4, y1: 0.4, x2: 0.5, y2: 0.5, r1: 0, r2: 0.5 }, ['#fde68a', 'rgba(217,119,6,0.6)'], 'percentage'), ...bare }),
	]),
	page('a gradient on a path', [
		at(300, 400, { type: 'Path', path: [['M', 50, 300], ['C', 50, 0, 450, 0, 450, 300], ['L', 250, 560], ['Z']], fill: linear({ x1: 0, y1: 0, x2: 400, y2: 0 }, ['#ff0066', '#6600ff']), stroke: '#220022', strokeWidth: 10 }),
	]),
	page('opacity over opacity', [
		at(240, 320, { type: 'Circle', radius: 180, fill: '#ff0000', opacity: 0.5, ...bare }),
		at(380, 320, { type: 'Circle', radius: 180, fill: '#00ff00', opacity: 0.5, ...bare }),
		at(310, 470, { type: 'Circle', radius: 180, fill: 'rgba(0,0,255,0.5)', ...bare }),
	]),
	page('turned and stretched', [
		at(300, 200, { type: 'Rect', width: 300, height: 120, angle: 30, fill: '#3366cc', stroke: '#000000', strokeWidth: 8 }),
		at(300, 450, { type: 'Ellipse', rx: 80, ry: 40, scaleX: 2.5, scaleY: 1.2, angle: -20, fill: '#ffcc00', stroke: '#cc3333', strokeWidth: 6 }),
		at(300, 680, { type: 'Triangle', width: 150, height: 150, scaleX: 0.7, scaleY: 1.4, angle: 200, fill: '#116611', ...bare }),
	]),
	page('flipped', [
		at(170, 200, { type: 'Path', path: [['M', 0, 0], ['L', 200, 0], ['L', 200, 60], ['L', 60, 60], ['L', 60, 300], ['L', 0, 300], ['Z']], flipX: true, fill: '#cc3333', ...bare }),
		at(420, 200, { type: 'Path', path: [['M', 0, 0], ['L', 200, 0], ['L', 200, 60], ['L', 60, 60], ['L', 60, 300], ['L', 0, 300], ['Z']], flipY: true, angle: 15, fill: '#3366cc', ...bare }),
		text(300, 560, 'MIRROR', { flipX: true, fontSize: 90, fontWeight: 'bold' }),
		at(300, 700, { type: 'Line', x1: -150, y1: -40, x2: 150, y2: 40, flipX: true, stroke: '#000000', strokeWidth: 10 }),
	]),
	page('origins at corners', [
		{ type: 'Rect', originX: 'left', originY: 'top', left: 40, top: 40, width: 200, height: 120, angle: 10, fill: '#ff5e62', stroke: '#000000', strokeWidth: 10 },
		{ type: 'Rect', originX: 'right', originY: 'bottom', left: 560, top: 420, width: 200, height: 120, angle: -25, scaleX: 1.3, fill: '#3366cc', ...bare },
		{ type: 'Circle', originX: 'left', originY: 'bottom', left: 60, top: 760, radius: 120, fill: '#ffcc00', stroke: '#333366', strokeWidth: 12 },
	]),
	page('one line of text', [text(300, 400, 'Hello, TShop', { fontSize: 80 })]),
	page('bold, italic, serif, mono', [
		text(300, 120, 'Bold Sans', { fontWeight: 'bold' }),
		text(300, 290, 'Serif Italic', { fontFamily: 'DejaVu Serif', fontStyle: 'italic' }),
		text(300, 460, 'Mono 123', { fontFamily: 'DejaVu Sans Mono' }),
		text(300, 630, 'Lobster Two', { fontFamily: 'Lobster Two', fontSize: 80 }),
	]),
	page('lines of text, aligned', [
		text(300, 170, 'left\nis where it\nbegins', { textAlign: 'left', fontSize: 50 }),
		text(300, 410, 'in the\nmiddle of it all\nsits', { textAlign: 'center', fontSize: 50, lineHeight: 1 }),
		text(300, 650, 'and\nit ends on the\nright', { textAlign: 'right', fontSize: 50, lineHeight: 1.4 }),
	]),
	page('a box that wraps its words', [
		at(300, 250, { type: 'Textbox', text: 'The quick brown fox jumps over the lazy dog', fontFamily: 'DejaVu Sans', fontSize: 40, width: 300, fill: '#000000' }),
		at(300, 600, { type: 'Textbox', text: 'RISE EARLY\nSTAY WILD AND FREE', fontFamily: 'Lato', fontWeight: 'bold', fontSize: 70, width: 480, textAlign: 'center', lineHeight: 1.1, fill: '#ff5e62' }),
	]),
	page('letters apart, outlined, underlined', [
		text(300, 150, 'WIDE', { charSpacing: 300, fontSize: 90 }),
		text(300, 340, 'TIGHT', { charSpacing: -60, fontSize: 90, fontWeight: 'bold' }),
		text(300, 520, 'Outline', { fontSize: 110, fontWeight: 'bold', fill: '#ffcc00', stroke: '#333366', strokeWidth: 4 }),
		text(300, 690, 'Underline', { fontSize: 70, underline: true }),
	]),
	page('text turned and stretched', [
		text(300, 250, 'Downhill', { angle: 25, fontSize: 80 }),
		text(300, 550, 'Stretch', { scaleX: 1.8, scaleY: 0.8, angle: -10, fontSize: 80, fontFamily: 'Open Sans' }),
	]),
	page('pictures', [
		at(300, 200, { type: 'Image', picture: 'png', width: 64, height: 48, scaleX: 6, scaleY: 6, ...bare }),
		at(180, 560, { type: 'Image', picture: 'jpeg', width: 64, height: 48, scaleX: 4, scaleY: 4, angle: 20, opacity: 0.7, ...bare }),
		at(440, 580, { type: 'Image', picture: 'webp', width: 64, height: 48, scaleX: 3, scaleY: 5, flipX: true, ...bare }),
	]),
	page('a part of a picture', [
		at(300, 400, { type: 'Image', picture: 'png', cropX: 16, cropY: 8, width: 32, height: 32, scaleX: 12, scaleY: 12, angle: -8, ...bare }),
	]),
	page('a group, turned and scaled', [
		at(300, 400, { type: 'Group', width: 400, height: 300, scaleX: 1.2, scaleY: 1.2, angle: -12, opacity: 0.8, layoutManager: { type: 'layoutManager', strategy: 'fit-content' }, objects: [
			at(0, 0, { type: 'Rect', width: 400, height: 300, rx: 30, ry: 30, fill: '#1f3b4d', ...bare }),
			at(0, -50, text(0, -50, 'GROUP', { fill: '#ffffff', fontSize: 90, fontWeight: 'bold' })),
			at(0, 80, { type: 'Ellipse', rx: 120, ry: 40, fill: '#ffb347', stroke: '#ffffff', strokeWidth: 6 }),
		] }),
	]),
	page('a group in a group', [
		at(300, 400, { type: 'Group', width: 460, height: 460, flipX: true, objects: [
			at(0, 0, { type: 'Circle', radius: 230, fill: '#fde68a', ...bare }),
			at(60, 40, { type: 'Group', width: 200, height: 160, angle: 30, scaleX: 0.9, scaleY: 1.1, objects: [
				at(0, 0, { type: 'Rect', width: 200, height: 160, fill: '#cc3333', ...bare }),
				at(30, 0, { type: 'Triangle', width: 80, height: 100, angle: 90, fill: '#ffffff', ...bare }),
			] }),
		] }),
	]),
	page('a stroke before the fill, a stroke unscaled', [
		at(300, 200, { type: 'Circle', radius: 120, paintFirst: 'stroke', fill: '#ffcc00', stroke: '#cc3333', strokeWidth: 40 }),
		at(300, 560, { type: 'Rect', width: 100, height: 60, scaleX: 4, scaleY: 4, strokeUniform: true, fill: '#3366cc', stroke: '#000000', strokeWidth: 10 }),
	]),
	page('what is not seen is not drawn', [
		at(300, 300, { type: 'Rect', width: 300, height: 300, fill: '#116611', ...bare }),
		at(300, 300, { type: 'Rect', width: 200, height: 200, fill: '#ff0000', visible: false, ...bare }),
		at(300, 600, { type: 'Rect', width: 200, height: 100, fill: '', stroke: '#000000', strokeWidth: 5, opacity: 0.4 }),
	]),
	page('a ground of its own', [
		at(300, 400, { type: 'Circle', radius: 200, fill: '#ffffff', ...bare }),
	], { background: '#336699' }),
	page('mitred, bevelled and round corners', [
		at(300, 150, { type: 'Polyline', points: [{ x: 0, y: 120 }, { x: 150, y: 0 }, { x: 300, y: 120 }], fill: '', stroke: '#333366', strokeWidth: 40, strokeLineJoin: 'miter', strokeMiterLimit: 10 }),
		at(300, 400, { type: 'Polyline', points: [{ x: 0, y: 120 }, { x: 150, y: 0 }, { x: 300, y: 120 }], fill: '', stroke: '#cc3333', strokeWidth: 40, strokeLineJoin: 'bevel', strokeLineCap: 'square' }),
		at(300, 650, { type: 'Polyline', points: [{ x: 0, y: 120 }, { x: 150, y: 0 }, { x: 300, y: 120 }], fill: '', stroke: '#116611', strokeWidth: 40, strokeLineJoin: 'round', strokeLineCap: 'round' }),
	]),

	// as Fabric 6 writes: origins are corners when nothing is said
	page('of Fabric 6', [
		{ type: 'Rect', left: 60, top: 60, width: 240, height: 160, fill: '#ff5e62', stroke: '#000000', strokeWidth: 8 },
		{ type: 'IText', left: 60, top: 300, text: 'version six', fontFamily: 'DejaVu Sans', fontSize: 70, fill: '#333366' },
		{ type: 'Path', left: 60, top: 480, path: [['M', 0, 0], ['C', 100, 200, 200, -100, 300, 100], ['L', 300, 200], ['L', 0, 200], ['Z']], fill: '#ffcc00', strokeWidth: 0 },
	], { version: '6.9.1' }),

	// as Fabric 5 writes: small names, two decimals, "z"
	page('of Fabric 5', [
		{ type: 'rect', left: 60, top: 60, width: 240, height: 160, rx: 20, ry: 20, angle: 5, fill: 'rgb(200,60,60)', strokeWidth: 1 },
		{ type: 'circle', left: 340, top: 80, radius: 90, fill: 'blue', stroke: 'black', strokeWidth: 5 },
		{ type: 'i-text', left: 60, top: 300, text: 'version five', fontFamily: 'DejaVu Sans', fontSize: 70, fill: '#333366', styles: {} },
		{ type: 'textbox', left: 60, top: 420, width: 400, text: 'a box of five wraps its words', fontFamily: 'DejaVu Serif', fontSize: 40, fill: '#000', styles: {} },
		{ type: 'path', left: 60, top: 600, path: [['M', 0, 0], ['L', 200, 0], ['L', 100, 140], ['z']], fill: '#0c0', stroke: '#000', strokeWidth: 4 },
		{ type: 'group', left: 320, top: 600, width: 200, height: 140, strokeWidth: 0, objects: [
			{ type: 'rect', left: -100, top: -70, width: 200, height: 140, fill: '#fc0', strokeWidth: 0 },
			{ type: 'polygon', left: -50, top: -40, width: 100, height: 80, points: [{ x: 0, y: 80 }, { x: 50, y: 0 }, { x: 100, y: 80 }], fill: '#c30', strokeWidth: 0 },
		] },
	], { version: '5.5.2' }),
	page('gradients of Fabric 5', [
		{ type: 'rect', left: 100, top: 100, width: 400, height: 250, strokeWidth: 0, fill: linear({ x1: 0, y1: 0, x2: 400, y2: 0 }, ['#f00', '#ff0']) },
		{ type: 'ellipse', left: 100, top: 420, rx: 200, ry: 130, strokeWidth: 0, angle: 8, fill: radial({ x1: 200, y1: 130, x2: 200, y2: 130, r1: 0, r2: 200 }, ['#fff', '#06c']) },
	], { version: '5.5.2' }),
];
