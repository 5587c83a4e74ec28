/*
 * canvas_place.c: where objects stand: Fabric's origins turned into centres,
 * and centre, angle, scale and flips into one matrix.
 */
#include <math.h>

#include "canvas_room.h"

static const double degree = 3.14159265358979323846 / 180;

/* Sine and cosine of right angles are exact, as Fabric makes them. */
static void
turn(double angle, double *sine, double *cosine)
{
	double quarter = angle / 90;

	*sine = sin(angle * degree);
	*cosine = cos(angle * degree);
	if (fabs(quarter - rint(quarter)) < 1e-12) {
		*sine = rint(*sine);
		*cosine = rint(*cosine);
	}
}

/* The stroke counts even where none is painted: Fabric's rule. */
void
canvas_centre(struct canvas_object *o)
{
	double inner = o->stroke_uniform ? 0 : o->stroke_width;
	double outer = o->stroke_uniform ? o->stroke_width : 0;
	double wide = (o->width + inner) * o->scale_x + outer;
	double high = (o->height + inner) * o->scale_y + outer;
	double right = (0.5 - o->origin_x) * wide;
	double down = (0.5 - o->origin_y) * high, s, k;

	turn(o->angle, &s, &k);
	o->x += right * k - down * s;
	o->y += right * s + down * k;
	o->origin_x = o->origin_y = 0.5;
}

struct canvas_matrix
canvas_place(const struct canvas_object *o)
{
	double sx = o->flip_x ? -o->scale_x : o->scale_x;
	double sy = o->flip_y ? -o->scale_y : o->scale_y, s, k;

	turn(o->angle, &s, &k);
	return (struct canvas_matrix){ sx * k, sx * s, -sy * s, sy * k, o->x,
		o->y };
}

struct canvas_matrix
canvas_matrix_join(struct canvas_matrix m, struct canvas_matrix n)
{
	return (struct canvas_matrix){
		.a = m.a * n.a + m.c * n.b,
		.b = m.b * n.a + m.d * n.b,
		.c = m.a * n.c + m.c * n.d,
		.d = m.b * n.c + m.d * n.d,
		.e = m.a * n.e + m.c * n.f + m.e,
		.f = m.b * n.e + m.d * n.f + m.f,
	};
}
